"""Roles of a brand: which exist, who may give which, and which go together."""

from __future__ import annotations

import pytest

from broker.domain.roles import InvalidRoleId, Role, RoleCatalogue, RoleId, parse_role_id

ADMINISTRATIVE = Role(RoleId("administratief"), "Administratief", "Administrative", combinable=False)
FINANCIAL = Role(RoleId("financieel"), "Financieel", "Financial", combinable=False)
ACCOUNTS = Role(
    RoleId("accountbeheer"),
    "Accountbeheer",
    "Account management",
    may_grant=frozenset({ADMINISTRATIVE.id, FINANCIAL.id}),
)
CATALOGUE = RoleCatalogue.of((ADMINISTRATIVE, FINANCIAL, ACCOUNTS))


@pytest.mark.parametrize("text", ["accountbeheer", "rapportage-verantwoordelijke", "rol2", "a" * 40])
def test_role_id_is_lower_case_words_with_dashes(text: str) -> None:
    """As configuration and claims name roles."""
    assert parse_role_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "a" * 41, "Accountbeheer", "account beheer", "-a", "a-", "a--b", "2rol", "a_b", "á", "a\n"]
)
def test_role_id_of_another_form_is_refused_without_repeating_it(text: str) -> None:
    """One way to write a role."""
    with pytest.raises(InvalidRoleId) as refused:
        parse_role_id(text)
    assert len(text) < 3 or text not in str(refused.value)


def test_catalogue_knows_its_own_roles_only_in_its_order() -> None:
    """A role that the brand does not have is nothing, whoever was given it."""
    assert CATALOGUE.known(("accountbeheer", "eigenaar", "administratief")) == (ADMINISTRATIVE, ACCOUNTS)


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        (("accountbeheer",), "financieel", True),
        (("administratief", "accountbeheer"), "administratief", True),
        (("accountbeheer",), "accountbeheer", False),
        (("financieel",), "administratief", False),
        ((), "financieel", False),
        (("eigenaar",), "financieel", False),
        (("accountbeheer",), "eigenaar", False),
    ],
)
def test_role_is_given_only_by_a_role_that_may(held: tuple[str, ...], wanted: str, *, allowed: bool) -> None:
    """The catalogue says which role may give which; nothing else does."""
    assert CATALOGUE.may_grant(held, wanted) is allowed


def test_catalogue_refuses_a_role_that_is_not_its_own_even_where_a_role_may_give_it() -> None:
    """A name that stands in `may_grant` alone gives nothing."""
    careless = RoleCatalogue.of((Role(RoleId("baas"), "Baas", "Boss", may_grant=frozenset({RoleId("weg")})),))
    assert not careless.may_grant(("baas",), "weg")


@pytest.mark.parametrize(
    ("ids", "clash"),
    [
        (("administratief", "financieel"), (ADMINISTRATIVE, FINANCIAL)),
        (("administratief", "financieel", "accountbeheer"), (ADMINISTRATIVE, FINANCIAL)),
        (("administratief", "accountbeheer"), ()),
        (("financieel",), ()),
        ((), ()),
    ],
)
def test_roles_that_are_not_combinable_exclude_each_other(
    ids: tuple[str, ...], clash: tuple[Role, ...]
) -> None:
    """One of those, beside any that are combinable."""
    assert CATALOGUE.exclude_each_other(ids) == clash
