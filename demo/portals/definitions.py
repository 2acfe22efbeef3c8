"""The sample portals as data: a later portal is one more entry here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from demo.portals.business import BusinessSite
from demo.portals.sites.cz_zakelijk import CZ_ZAKELIJK
from demo.portals.sites.iza import IZA
from demo.portals.sites.vgz_zakelijk import VGZ_ZAKELIJK
from demo.portals.sites.zz_zakelijk import ZZ_ZAKELIJK

BROKER_ISSUER = "http://localhost:8000"


class ClientAuth(StrEnum):
    """How a portal proves itself at the token endpoint (OpenID Connect Core 1.0, section 9)."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"


@dataclass(frozen=True, slots=True)
class Registration:
    """What the portal registered at the broker; `config/portals/<id>.toml` says the same.

    `client_secret` is a sample for this demo alone. `encrypted` says that ID tokens come encrypted.
    """

    client_auth: ClientAuth = ClientAuth.PRIVATE_KEY_JWT
    assertion_alg: str = "ES256"
    id_token_alg: str = "ES256"
    encrypted: bool = False
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom people call or mail when they are stuck."""

    name: str = "klantenservice"
    phone: str = "088 000 00 00"
    email: str = ""
    hours: str = "Op werkdagen van 8.00 tot 20.00 uur. Houd uw klantnummer bij de hand."


@dataclass(frozen=True, slots=True)
class PortalDefinition:
    """One portal: who it is at the broker, where it lives, how it looks.

    `id` is also the cookie's name, the client identifier and the name of its style sheet. A portal for
    organisations has a `business` site; without one it shows an insured person's own file.
    `has_settings` says that the broker has an account page to link to.
    """

    id: str
    name: str
    insurer: str
    brand: str
    port: int
    registration: Registration = Registration()
    desk: Desk = Desk()
    business: BusinessSite | None = None
    has_settings: bool = True
    scope: str = "openid profile"
    issuer: str = BROKER_ISSUER

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

    @property
    def account_url(self) -> str:
        """The broker's page with a person's own account."""
        return f"{self.issuer}/{self.brand}/account/"


PORTALS: tuple[PortalDefinition, ...] = (
    PortalDefinition(
        id="mijn-cz",
        name="Mijn CZ",
        insurer="CZ (demonstratie)",
        brand="cz",
        port=8401,
        registration=Registration(encrypted=True),
    ),
    PortalDefinition(
        id="mijn-cz-zakelijk",
        name="Mijn CZ Zakelijk",
        insurer="CZ Zakelijk (demonstratie)",
        brand="cz",
        port=8402,
        registration=Registration(id_token_alg="PS256"),
        desk=Desk(
            "Bedrijvendesk",
            "088 000 00 02",
            "bedrijvendesk@cz.example",
            "Op werkdagen van 8.30 tot 17.30 uur.",
        ),
        business=CZ_ZAKELIJK,
    ),
    PortalDefinition(
        id="mijn-iza",
        name="Mijn IZA",
        insurer="IZA (demonstratie)",
        brand="iza",
        port=8403,
        registration=Registration(
            client_auth=ClientAuth.CLIENT_SECRET_BASIC,
            id_token_alg="RS256",
            encrypted=True,
            client_secret="fbc69d8e826a3ab9a0f47b96680a4630fc799cf61eb307b9110c274241baefb8",
        ),
        desk=Desk(
            "helpdesk", "088 000 00 03", "helpdesk@iza.example", "Op werkdagen van 9.00 tot 12.00 uur."
        ),
        business=IZA,
    ),
    PortalDefinition(
        id="mijn-vgz-zakelijk",
        name="Mijn VGZ Zakelijk",
        insurer="VGZ (demonstratie)",
        brand="vgz",
        port=8404,
        registration=Registration(assertion_alg="PS256"),
        desk=Desk("helpdesk", "088 000 00 04", "mijnvgz@vgz.example", "Op werkdagen van 9.00 tot 12.00 uur."),
        business=VGZ_ZAKELIJK,
    ),
    PortalDefinition(
        id="mijnzz-zakelijk",
        name="MijnZZ Zakelijk",
        insurer="Zorg en Zekerheid (demonstratie)",
        brand="zz",
        port=8405,
        registration=Registration(encrypted=True),
        desk=Desk(
            "afdeling Zakelijke Markt",
            "088 000 00 05",
            "zakelijkemarkt@zorgenzekerheid.example",
            "Op werkdagen van 8.30 tot 17.00 uur.",
        ),
        business=ZZ_ZAKELIJK,
    ),
)


def portal_by_id(portal_id: str) -> PortalDefinition | None:
    """Find a portal by its id."""
    return next((portal for portal in PORTALS if portal.id == portal_id), None)
