"""Rights are computed in one place, from the store, and nobody has any but by a grant."""

from __future__ import annotations

import pytest

from broker.collectivities.rights import MOST_A_PAGE, BadCursor, Rights
from broker.domain.roles import RoleCatalogue
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.relation_queries import MANY
from tests.support.moments import MovableClock
from tests.support.relations import EVERY_ROLE, MANAGER, MEMBERS, REPORTS, Registry, access


@pytest.fixture
def registry(database: Database, key_ring: KeyRing, clock: MovableClock) -> Registry:
    """A registry on each kind of database."""
    return Registry(database, key_ring, clock)


def test_roles_come_in_the_order_of_the_catalogue(registry: Registry) -> None:
    """Whatever order they were given in."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MEMBERS, MANAGER, REPORTS)
    found = registry.rights.at(registry.holder(bea), place.id)
    assert found is not None
    assert found.roles == (MANAGER, REPORTS, MEMBERS)


def test_role_that_the_brand_does_not_know_gives_nothing(registry: Registry) -> None:
    """A role that was taken out of the catalogue is gone, whoever has it and whatever the portal lists."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER)
    rights = Rights(registry.relations, {"cz": RoleCatalogue()}, registry.clock)
    assert rights.at(rights.holder(bea.id, "cz", EVERY_ROLE.roles), place.id) is None
    assert rights.count(rights.holder(bea.id, "vgz", EVERY_ROLE.roles)) == 0


def test_ended_grant_is_gone_with_the_next_look(registry: Registry) -> None:
    """Nothing of a look is kept for the next one."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER, REPORTS)
    rights, holder = registry.rights, registry.holder(bea)
    assert rights.count(holder) == 1
    registry.grants.end(bea.id, place.id, MANAGER)
    found = rights.at(holder, place.id)
    assert found is not None
    assert found.roles == (REPORTS,)
    registry.grants.end(bea.id, place.id, REPORTS)
    assert rights.at(holder, place.id) is None
    assert rights.search(holder, "eerste", most=5).total == 0
    assert rights.count(holder) == 0


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", ["1003", "1001", "2002"]),
        ("korenaar", ["1001", "2002"]),
        ("KORENÄAR utr", ["1001"]),
        ("utr koren", ["1001"]),
        ("100", ["1003", "1001"]),
        ("k2002", ["2002"]),
        ("90001354", ["1001", "2002"]),
        ("90009999", ["1003"]),
        ("cafe", ["1003"]),
        ("orenaar", []),
        ("korenaar xyz", []),
        ("&", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
    ],
)
def test_search_finds_by_the_beginning_of_words_and_numbers(
    registry: Registry, typed: str, numbers: list[str]
) -> None:
    """Names, and numbers of all three kinds; case and accents do not count, and every word must fit."""
    bea, other = registry.account(), registry.account()
    for number, name in (("1001", "Korenaar Utrecht"), ("2002", "Korenaar Zwolle")):
        registry.give(bea, registry.collectivity(number, name), MANAGER)
    cafe = registry.collectivity("1003", "Café 't Hoekje", kvk="90009999", organisation="Horeca B.V.")
    registry.give(bea, cafe, REPORTS)
    registry.give(other, registry.collectivity("1004", "Korenaar Utrecht Oost"), MANAGER)
    found = registry.rights.search(registry.holder(bea), typed, most=10)
    assert [one.number.number for one in found.relations] == numbers
    assert found.total == len(numbers)
    assert found.after is None


def test_search_goes_on_where_a_page_ended(registry: Registry) -> None:
    """Every relation once, in order, also where names are the same."""
    bea = registry.account()
    for number in range(7):
        registry.give(bea, registry.collectivity(f"10{number}", "Zelfde naam"), MANAGER)
    holder, seen, cursor = registry.holder(bea), [], None
    for _ in range(4):
        page = registry.rights.search(holder, "zelfde", most=2, cursor=cursor)
        assert page.total == 7
        seen += [one.number.number for one in page.relations]
        cursor = page.after
    assert cursor is None
    assert seen == [f"10{number}" for number in range(7)]


def test_page_is_never_longer_than_we_allow(registry: Registry) -> None:
    """However many are asked for."""
    bea = registry.account()
    for number in range(MOST_A_PAGE + 1):
        registry.give(bea, registry.collectivity(f"{number}", f"Naam {number}"), MANAGER)
    found = registry.rights.search(registry.holder(bea), "", most=10**9)
    assert len(found.relations) == MOST_A_PAGE
    assert found.total == MOST_A_PAGE + 1


@pytest.mark.parametrize("cursor", ["%", "ab cd", "é", "a" * 2000, "_w==", "AA"])
def test_cursor_that_is_not_ours_is_refused(registry: Registry, cursor: str) -> None:
    """Not a crash, and not the first page again."""
    with pytest.raises(BadCursor):
        registry.rights.search(registry.holder(registry.account()), "", most=5, cursor=cursor)


@pytest.mark.parametrize("number", ["", "9999", "1001'", "x" * 100, "1001 "])
def test_number_that_leads_nowhere_gives_nothing(registry: Registry, number: str) -> None:
    """Also what is no number at all."""
    bea = registry.account()
    registry.give(bea, registry.collectivity("1001", "Eerste"), MANAGER)
    assert registry.rights.by_number(registry.holder(bea), number) is None
    assert registry.rights.by_number(registry.holder(bea), "1001") is not None


def test_portal_sees_only_what_opens_it(registry: Registry) -> None:
    """Another portal of the brand tells another story of the same person."""
    bea, place = registry.account(), registry.collectivity("1001", "Eerste")
    registry.give(bea, place, MANAGER, REPORTS)
    found = registry.rights.at(registry.holder(bea, access(REPORTS)), place.id)
    assert found is not None
    assert found.roles == (REPORTS,)
    assert registry.rights.at(registry.holder(bea, access(MEMBERS)), place.id) is None


def test_search_finds_the_same_among_few_and_among_many(registry: Registry) -> None:
    """Beyond a number of matches another statement answers: in the same order, with roles judged alike."""
    bea = registry.account()
    places = [registry.collectivity(f"{number:04d}", f"Veel {number:04d}") for number in range(MANY + 3)]
    with registry.database.writing():
        for place in places[:-2]:
            registry.give(bea, place, MANAGER)
        registry.give(bea, places[-2], MEMBERS)
        registry.give(bea, places[-1])
    holder = registry.holder(bea, access(MANAGER))
    many, few = (registry.rights.search(holder, typed, most=5) for typed in ("veel", "veel 000"))
    assert [one.number.number for one in many.relations] == ["0000", "0001", "0002", "0003", "0004"]
    assert (many.total, few.total) == (MANY + 1, 10)
    assert few.relations == many.relations
    following = [
        registry.rights.search(holder, "veel 000", most=5, cursor=found.after) for found in (many, few)
    ]
    assert following[0] == following[1]
    assert [one.number.number for one in following[0].relations] == ["0005", "0006", "0007", "0008", "0009"]
    assert registry.rights.search(holder, f"veel {MANY + 1:04d}", most=5).total == 0
    assert registry.rights.search(holder, f"veel {MANY + 2:04d}", most=5).total == 0
