"""What the demo's people work for: every case that the journeys need, in rows that the broker takes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from demo.collectivities import clients, collectivities
from demo.import_file import collectivity_lines, import_lines, work_lines
from demo.people import PEOPLE, AccountKind, people_as_json
from demo.portals.definitions import PORTALS
from demo.work import INTERMEDIARY, WITHOUT_ROLES, work_of

CONFIG = Path(__file__).parents[2] / "config"
ACCOUNTS = [
    (account.brand, account.email)
    for person in PEOPLE
    for account in person.accounts
    if account.kind is AccountKind.BUSINESS
]
PLENTY = 5_000


def _catalogue(brand: str) -> dict[str, dict[str, object]]:
    file = CONFIG / "brands" / f"{brand}.toml"
    return dict(tomllib.loads(file.read_text(encoding="utf-8")).get("roles", {}))


def test_everybody_works_somewhere_but_for_those_who_are_refused() -> None:
    """An account without a role reads why; no other account is left without by mistake."""
    assert {one for one in ACCOUNTS if not work_of(*one)} == WITHOUT_ROLES


def test_work_is_at_collectivities_of_the_brand_in_roles_of_its_catalogue() -> None:
    """As the import demands: nothing that is not there, no roles that exclude each other."""
    for brand, email in ACCOUNTS:
        catalogue = _catalogue(brand)
        for number, roles in work_of(brand, email).items():
            assert (brand, number) in collectivities()
            assert roles
            assert set(roles) <= set(catalogue)
            assert sum(catalogue[role].get("combinable") is False for role in roles) <= 1


def test_intermediary_works_for_five_thousand_organisations() -> None:
    """J17: each with its own number, name and organisation, and not everywhere in the same roles."""
    work = work_of(*INTERMEDIARY)
    assert len(work) == PLENTY
    assert len(set(work.values())) > 1
    for field in ("number", "customer_number", "name"):
        assert len({getattr(one, field) for one in clients()}) == PLENTY
    assert len({one.organisation.kvk for one in clients()}) == PLENTY


def test_people_work_for_none_one_several_and_many() -> None:
    """J6, J14 and J36 at every brand: somebody with one collectivity, and somebody who has to choose."""
    counts = {
        brand: {len(work_of(brand, email)) for at, email in ACCOUNTS if at == brand}
        for brand in {portal.brand for portal in PORTALS if portal.business}
    }
    assert all({1, 2} <= found for found in counts.values())
    assert counts["cz"] == {0, 1, 2, PLENTY}


@pytest.mark.parametrize("brands", [{"cz"}, {"zz"}, {"iza", "vgz"}], ids=sorted)
def test_each_role_can_be_played(brands: set[str]) -> None:
    """IZA and VGZ have the same roles: somebody at either of them will do."""
    had = {
        role
        for brand, email in ACCOUNTS
        if brand in brands
        for roles in work_of(brand, email).values()
        for role in roles
    }
    assert had == {role for brand in brands for role in _catalogue(brand)}


def test_details_of_a_collectivity_are_complete_and_invented() -> None:
    """J30a: an address, one or two telephones, mail in a domain that nobody has."""
    for one in collectivities().values():
        assert re.fullmatch(r"[1-9][0-9]{3} [A-Z]{2}", one.postal_code)
        assert one.email.endswith(".example")
        assert all((one.street, one.city, *one.phones))
        assert len(one.phones) in {1, 2}


def test_import_names_each_organisation_once_and_every_collectivity() -> None:
    """The rows stand on their own: a collectivity's organisation is in the file."""
    rows = [json.loads(line) for line in collectivity_lines().splitlines()]
    owners = [(row["brand"], row["kvk"], row.get("branch")) for row in rows if row["kind"] == "organisation"]
    assert len(set(owners)) == len(owners)
    contracts = [row for row in rows if row["kind"] == "collectivity"]
    assert len(contracts) == len(collectivities())
    assert {(row["brand"], row["kvk"], row.get("branch")) for row in contracts} == set(owners)


def test_import_gives_a_role_only_after_naming_the_member() -> None:
    """Every role belongs to a membership of the same file."""
    rows = [json.loads(line) for line in work_lines().splitlines()]
    places = {
        kind: {(row["brand"], row["email"], row["collectivity"]) for row in rows if row["kind"] == kind}
        for kind in ("membership", "role_grant")
    }
    assert places["role_grant"] == places["membership"]
    assert work_lines() in import_lines()


def test_people_as_json_tells_what_somebody_works_for() -> None:
    """The roles together, and by collectivity; of thousands the first ones and how many there are."""
    people = {entry["id"]: entry for entry in people_as_json()["people"]}  # type: ignore[attr-defined]
    (bram,) = people["bram"]["accounts"]
    assert bram["roles"] == ["deelnemers-beheerder"]
    assert bram["collectivities"] == [{"number": "203387", "roles": ["deelnemers-beheerder"]}]
    (esther,) = people["esther"]["accounts"]
    assert esther["roles"] == ["deelnemers-beheerder", "rapportage-verantwoordelijke"]
    assert (len(esther["collectivities"]), esther["collectivities_total"]) == (25, PLENTY)
