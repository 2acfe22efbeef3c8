"""`[eherkenning]` of a brand: the service provider (dienstverlener) and its services in the catalogue."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from broker.domain.assurance import Assurance, Scheme
from broker.settings.model import ConfiguredPath, Identifier, Section
from broker.settings.next_key import NextKey

FIRST_TEST_INDEX: Final = 9000
"""Indexes from here on are of the scheme's test network (Afsprakenstelsel, EntityID)."""

EntityId = Annotated[str, StringConstraints(pattern=r"^urn:etoegang:DV:[0-9]{20}:entities:[0-9]{1,4}$")]
"""The scheme's name of a service provider: an OIN and an index, from 9000 for tests."""

ServiceId = Annotated[str, StringConstraints(pattern=r"^urn:etoegang:DV:[0-9]{20}:services:[0-9]{1,5}$")]
Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
ServiceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]
EntityTypes = tuple[Literal["kvk", "rsin"], ...]


class EherkenningServiceEntry(Section):
    """One service: a level and what it may say of an organisation. Two levels are two services."""

    index: int = Field(
        ge=0, le=65535, description="AttributeConsumingServiceIndex in our metadata; it chooses the service."
    )
    level: Literal["eh2plus", "eh3", "eh4"] = Field(description="Its level in the service catalogue.")
    uuid: Uuid = Field(description="ServiceUUID; every answer must name it.")
    service_id: ServiceId = Field(description="ServiceID in the service catalogue.")
    name_nl: ServiceName = Field(description="Name that people see, in Dutch.")
    name_en: ServiceName = Field(description="The same in English.")
    description_nl: Description = Field(description="What the service is for, in Dutch.")
    description_en: Description = Field(description="The same in English.")
    entity_types: tuple[EntityTypes, ...] = Field(
        default=(("kvk",),),
        min_length=1,
        description="EntityConcernedTypesAllowed: each a set of numbers by which an organisation may be "
        "named, the first liked best. Only who is named by a KvK number can reach collectivities.",
    )
    company_name_purpose_nl: Description | None = Field(
        default=None,
        description="Why the organisation's name is asked (PurposeStatement), in Dutch. Without it the "
        "catalogue does not ask for the name.",
    )
    company_name_purpose_en: Description | None = Field(default=None, description="The same in English.")
    branches: bool = Field(
        default=True, description="Whether a mandate may be restricted to one branch (Vestigingsnr)."
    )


class EherkenningConnectionSection(Section):
    """The brand's own connection to eHerkenning, by one herkenningsmakelaar."""

    provider: Identifier = Field(description="Name of the file under `providers/` (without .toml).")
    entity_id: EntityId = Field(description="EntityID of this service provider.")
    signing_key_file: ConfiguredPath = Field(description="PEM private key (RSA, 2048 bits or more).")
    signing_certificate_file: ConfiguredPath = Field(description="PEM certificate of that key.")
    next_signing: NextKey | None = Field(default=None, description="Absent: no other key comes.")
    encryption_key_file: ConfiguredPath = Field(
        description="PEM private key (RSA) to which identifiers are encrypted."
    )
    encryption_certificate_file: ConfiguredPath = Field(description="PEM certificate of that key.")
    next_encryption: NextKey | None = Field(
        default=None,
        description="Absent: no other key comes. What is encrypted to either key can be read at any moment.",
    )
    request_binding: Literal["redirect", "post"] = Field(
        default="post", description="How the AuthnRequest travels."
    )
    answer_binding: Literal["artifact", "post"] = Field(
        default="artifact",
        description="How the answer comes back; by `post` the Response must be signed as well as the "
        "Assertion.",
    )
    upstream_logout: Literal["off", "one-way", "answered"] = Field(
        default="off",
        description="Whether somebody who logged out is offered to log out at eHerkenning too. `one-way`: "
        "the supplier shows the last page, as the scheme has it. `answered`: the makelaar agreed to answer, "
        "and our metadata tells it where.",
    )
    services: tuple[EherkenningServiceEntry, ...] = Field(min_length=1, description="One per level.")

    @property
    def oin(self) -> str:
        """The number of the organisation in the entity ID."""
        return self.entity_id.split(":")[3]

    @property
    def is_test(self) -> bool:
        """Whether it is of the scheme's test network, which has indexes of its own."""
        return int(self.entity_id.rpartition(":")[2]) >= FIRST_TEST_INDEX

    @property
    def highest_level(self) -> Assurance:
        """The most that a login at this brand can bring."""
        levels = [Assurance.of(Scheme.EHERKENNING, service.level) for service in self.services]
        return max(levels, key=lambda found: found.level)
