"""For which collectivities the demo's people work, and with which roles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from demo.collectivities import CLIENTS_AT, clients

RolesByPlace = Mapping[str, tuple[str, ...]]
INTERMEDIARY = (CLIENTS_AT, "esther.degraaf@graaf-partners.example")
WITHOUT_ROLES = frozenset({("cz", "lars.visser@vanlaar-bouw.example")})
"""Accounts that no collectivity belongs to: their owners are refused, and read why."""

_OF_PEOPLE: Mapping[tuple[str, str], RolesByPlace] = {
    ("cz", "marieke.jansen@vanlaar-bouw.example"): {
        "201104": ("functioneel-beheerder", "rapportage-verantwoordelijke"),
    },
    ("cz", "bram.peeters@speeltuin.example"): {"203387": ("deelnemers-beheerder",)},
    ("cz", "daan.willems@willems-advies.example"): {
        "201105": ("deelnemers-beheerder",),
        "203387": ("functioneel-beheerder", "rapportage-verantwoordelijke"),
    },
    ("iza", "daan.willems@willems-advies.example"): {"30.2017": ("beheerder-collectieve-zorgverzekering",)},
    ("iza", "yusuf.demir@gemeente-lindeveen.example"): {
        "30.2016": ("hoofdgebruiker",),
    },
    ("iza", "noor.vanvliet@gemeente-lindeveen.example"): {
        "30.2016": ("beheerder-collectieve-zorgverzekering",),
        "30.2017": ("hoofdgebruiker", "maken-rapportages-voor-management"),
    },
    ("iza", "ingrid.postma@gemeente-lindeveen.example"): {
        "30.2016": ("gebruiker-bedrijfszorg", "gebruiker-inkomensverzekering"),
    },
    ("vgz", "karin.smit@oranje-wit.example"): {"V-4419-1": ("hoofdgebruiker",)},
    ("vgz", "pieter.mulder@oranje-wit.example"): {
        "V-4419-1": ("beheerder-collectieve-zorgverzekering",),
    },
    ("vgz", "samira.pinas@oranje-wit.example"): {
        "V-4419-1": ("beheerder-overcontractafspraken",),
        "V-4419-2": ("beheerder-bedrijfszorg", "beheerder-inkomensverzekering"),
    },
    ("zz", "anouk.groenendaal@rijnstroom-zorg.example"): {
        "ZZ-5528": ("administratief", "accountbeheer"),
    },
    ("zz", "tess.veenstra@rijnstroom-zorg.example"): {
        "ZZ-5528": ("administratief",),
        "ZZ-5529": ("financieel",),
    },
    ("zz", "rik.vandenberg@rijnstroom-zorg.example"): {"ZZ-5528": ("financieel",)},
    # The second is of one branch: a mandate for that branch reaches it, and the first one not.
    ("zz", "laila.bouzid@devliet.example"): {
        "ZZ-6712": ("administratief", "accountbeheer"),
        "ZZ-6713": ("financieel",),
    },
}


@cache
def work_of(brand: str, email: str) -> RolesByPlace:
    """The roles of an account by the number of the collectivity; empty for somebody without work."""
    if (brand, email) == INTERMEDIARY:
        return {one.number: _roles_at_client(place) for place, one in enumerate(clients())}
    return _OF_PEOPLE.get((brand, email), {})


def _roles_at_client(place: int) -> tuple[str, ...]:
    """Not the same everywhere: at most clients the participants, at some the figures as well."""
    return ("deelnemers-beheerder", "rapportage-verantwoordelijke")[: 2 if place % 3 == 0 else 1]
