"""The simulator's own addresses."""

from __future__ import annotations

from dataclasses import dataclass

SSO_PATH = "/broker/sso"
LOGOUT_PATH = "/broker/slo"
RESOLVE_PATH = "/broker/ars"
METADATA_PATH = "/broker/metadata"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base URLs without a slash at the end: pages (`front`), SOAP back channel (`back`), and the outbox."""

    front: str = "http://127.0.0.1:8200"
    back: str = "https://127.0.0.1:8201"
    outbox: str = "http://127.0.0.1:8300"

    @property
    def sso(self) -> str:
        """Where requests are sent, by Redirect and by POST alike."""
        return self.front + SSO_PATH

    @property
    def logout(self) -> str:
        """Where requests to log out are sent."""
        return self.front + LOGOUT_PATH

    @property
    def resolve(self) -> str:
        """Where artifacts are resolved."""
        return self.back + RESOLVE_PATH
