"""`brands/<brand>.toml`: a legal entity that is entitled to the BSN, with its own upstream connections."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from broker.settings.desk_section import Desk
from broker.settings.eherkenning_section import EherkenningConnectionSection
from broker.settings.mail_section import BrandMail
from broker.settings.model import ConfiguredPath, Identifier, Section, WebUrl
from broker.settings.next_key import NextKey
from broker.settings.roles_section import RoleName, RoleSection
from broker.settings.work_address_section import WorkAddressSection


class DigidService(Section):
    """The brand's own connection to DigiD: one SAML service provider per brand."""

    provider: Identifier = Field(description="Name of the file under `providers/` (without .toml).")
    entity_id: WebUrl = Field(description="EntityID of this service provider, as registered at Logius.")
    signing_key_file: ConfiguredPath = Field(description="PEM private key (RSA, 2048 bits or more).")
    signing_certificate_file: ConfiguredPath = Field(description="PEM certificate of that key.")
    next_signing: NextKey | None = Field(default=None, description="Absent: no other key comes.")
    request_binding: Literal["redirect", "post"] = Field(
        default="redirect", description="How the AuthnRequest travels."
    )
    want_assertions_signed: bool = Field(
        default=True, description="Published in our metadata; when true an unsigned Assertion is refused."
    )


class Staff(Section):
    """How the insurer's own people log in: at the broker itself, by password and authenticator app."""

    name: str = Field(description="What stands on their pages in the place of a portal's name.")
    idle_seconds: int = Field(default=900, ge=60, le=3600, description="A session without activity.")
    absolute_seconds: int = Field(default=28800, ge=300, le=43200, description="A session in all.")


class Brand(Section):
    """One legal entity."""

    name: str = Field(description="The brand as people know it.")
    legal_name: str = Field(
        description="Name of the BSN-entitled organisation as registered; shown beside the DigiD button."
    )
    theme: Identifier = Field(description="Name of the theme.")
    desk: Desk
    mail: BrandMail | None = Field(default=None, description="Absent: this brand sends no mail.")
    staff: Staff | None = Field(default=None, description="Absent: no staff log in for this brand.")
    digid: DigidService | None = Field(default=None, description="Absent: this brand has no DigiD.")
    roles: dict[RoleName, RoleSection] = Field(
        default_factory=dict, description="Its role catalogue, by the names that claims and grants use."
    )
    work_address: WorkAddressSection | None = Field(
        default=None, description="Absent: people ask for an account with any address."
    )
    eherkenning: EherkenningConnectionSection | None = Field(
        default=None, description="Absent: this brand has no eHerkenning."
    )
