"""The sample portals as data: a later portal is one more entry here."""

from __future__ import annotations

from dataclasses import dataclass

BROKER_ISSUER = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class PortalDefinition:
    """One portal: who it is at the broker, where it lives, how it looks.

    `id` is also the cookie's name, the client identifier and the name of its style sheet.
    """

    id: str
    name: str
    insurer: str
    brand: str
    port: int
    scope: str = "openid profile"
    issuer: str = BROKER_ISSUER
    desk_phone: str = "088 000 00 00"

    @property
    def base_url(self) -> str:
        """Where the portal's pages begin, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def redirect_uri(self) -> str:
        """Where the broker sends its answer."""
        return f"{self.base_url}/callback"

    @property
    def post_logout_redirect_uri(self) -> str:
        """Where the broker sends people after they logged out."""
        return f"{self.base_url}/"


PORTALS: tuple[PortalDefinition, ...] = (
    PortalDefinition(id="mijn-cz", name="Mijn CZ", insurer="CZ (demonstratie)", brand="cz", port=8401),
)


def portal_by_id(portal_id: str) -> PortalDefinition | None:
    """Find a portal by its id."""
    return next((portal for portal in PORTALS if portal.id == portal_id), None)
