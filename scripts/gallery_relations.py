"""The states of the page on which a collectivity is chosen, and of the refusal of who has no role."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext

from broker.domain.collectivity import CollectivityId, CollectivityNumber, CustomerNumber
from broker.domain.organisation import KvkNumber, Organisation
from broker.domain.rights import Relation
from broker.domain.roles import RoleId
from broker.web.dead_end import TextList

Page = tuple[str, str, dict[str, object]]
"""Name, template, and its values besides brand and portal."""

_ROLES = {
    RoleId("functioneel-beheerder"): "Functioneel beheerder",
    RoleId("rapportage-verantwoordelijke"): "Rapportage verantwoordelijke",
}
_NAMES = (
    "Aannemersbedrijf Van Laar & Zonen B.V.",
    "Kinderopvang De Speeltuin",
    "Stichting voor Ouderenzorg, Thuiszorg en Maatschappelijke Dienstverlening Noordoost-Nederland",
)
MISSING = (
    TextList(str(lazy_gettext("Eén van deze rollen heeft u nodig")), tuple(_ROLES.values())),
    TextList(str(lazy_gettext("Wie u kan helpen")), ("CZ Klantenservice: 088 000 00 00",)),
)
"""What stands on the page of somebody without a role."""


def relation_pages() -> Iterator[Page]:
    """Every state of the page at one portal."""
    some = tuple(_relation(number, name) for number, name in enumerate(_NAMES))
    own: dict[str, object] = {
        "role_names": _ROLES,
        "typed": "",
        "here": "/collectivity",
        "csrf_token": "sample-token",
        "transaction_id": "sample-transaction",
        "cancel_action": "/login/cancel",
        "more": None,
        "with_search": True,
    }
    for name, relations, others in (
        ("few", some[:2], {"total": 2, "with_search": False}),
        ("many", some, {"total": 5000, "more": "Y3Vyc29y"}),
        ("found", some[:1], {"total": 1, "typed": "laar"}),
        ("not-found", (), {"total": 0, "typed": "xyz"}),
    ):
        yield f"collectivity-{name}", "login/collectivity.html", {**own, "relations": relations, **others}


def _relation(number: int, name: str) -> Relation:
    owner = Organisation(KvkNumber("90001354"), None, "Van Laar Holding B.V.")
    return Relation(
        CollectivityId(str(number)),
        CollectivityNumber(f"20110{number}"),
        CustomerNumber(f"50{number}"),
        name,
        owner,
        tuple(_ROLES),
    )
