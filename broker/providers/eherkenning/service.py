"""A service of ours as the catalogue of eHerkenning knows it: what may be asked, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.domain.assurance import EherkenningLevel


class EntityType(StrEnum):
    """By which number an organisation may be named."""

    KVK = "kvk"
    RSIN = "rsin"


QUALIFIER_OF: Final[dict[EntityType, str]] = {
    EntityType.KVK: "urn:etoegang:1.9:EntityConcernedID:KvKnr",
    EntityType.RSIN: "urn:etoegang:1.9:EntityConcernedID:RSIN",
}
"""The names of these numbers on the wire, in the catalogue and in the qualifier of an identifier."""

BRANCH_RESTRICTION: Final = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
"""A mandate for one branch alone: in the catalogue as what may be delivered, in an answer as an attribute."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service at one level; `index` chooses it in a request, `uuid` comes back in the answer.

    Each of `entity_types` is a set of numbers by which an organisation may be named; the first is liked best.
    """

    index: int
    uuid: str
    service_id: str
    level: EherkenningLevel
    name_nl: str
    name_en: str
    entity_types: tuple[frozenset[EntityType], ...]
