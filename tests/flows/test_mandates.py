"""A login by eHerkenning works within its mandate, from the first page to the last token (B2-06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.app import create_app
from broker.domain.accounts import Account
from broker.domain.collectivity import Collectivity
from broker.domain.roles import RoleId
from broker.settings.access_section import Access
from tests.support.at_work import MIJNZZ, Worker, handed_out, portal_of, system_by
from tests.support.makelaar import Choice, means_of
from tests.support.related import details
from tests.support.relations import Registry
from tests.support.system import System

pytestmark = pytest.mark.flow
FINANCIAL = RoleId("financieel")
OUT_OF_REACH = "Voor deze zakelijke relatie kunt u niet werken"


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """The whole broker, whose portal by eHerkenning opens to a role."""
    with system_by("post", tmp_path_factory.mktemp("mandates"), demo_pki, sqlite_template) as system:
        portal = system.settings.portals[MIJNZZ]
        told = portal.claims.model_copy(
            update={"allow": (*portal.claims.allow, "collectivities", "collectivity", "roles")}
        )
        update = {"access": Access(roles=(FINANCIAL,)), "claims": told}
        portals = {**system.settings.portals, MIJNZZ: portal.model_copy(update=update)}
        system.settings = replace(system.settings, portals=portals)
        system.broker = create_app(system.settings)
        yield system


def _contract(
    system: System, account: Account, number: str, kvk: str, branch: str | None = None
) -> Collectivity:
    """A contract of an organisation, or of its branch, with a role there for the account."""
    stores = system.stores
    registry = Registry(stores.database, stores.keys, stores.clock)
    made = registry.collectivity(number, f"Contract {number}", brand="zz", kvk=kvk, branch=branch)
    registry.give(account, made, FINANCIAL)
    return made


def test_mandate_for_one_organisation_opens_no_contract_of_another(opened: System) -> None:
    """By no way of asking: not by name, not by switching, not by the list."""
    account = handed_out(opened, "anouk")
    worker = Worker(opened, "anouk")
    foreign = _contract(opened, account, "ZZ-90001", means_of("nadia").mandates[0].organisation.kvk)
    worker.bound(account)
    tokens = worker.tokens()
    own = tokens.claims["collectivity"]["number"]
    assert own != foreign.number.number
    assert [one["number"] for one in tokens.claims["collectivities"]] == [own]
    answer = worker.arrive(prompt="none", authorization_details=details(foreign.number.number))
    assert portal_of(opened).answer(answer.url)["error"] == "access_denied"
    shown = worker.arrive(authorization_details=details(foreign.number.number))
    assert (shown.status, shown.heading) == (403, OUT_OF_REACH)


def test_mandate_for_a_branch_opens_the_contract_of_that_branch_alone(opened: System) -> None:
    """The contract of the whole organisation stays closed, although the account has a role there."""
    account = handed_out(opened, "laila", company=1)
    mandate = means_of("laila").mandates[1]
    (branch,) = mandate.branches
    own = _contract(opened, account, "ZZ-90002", mandate.organisation.kvk, branch.number)
    worker = Worker(opened, "laila", Choice(company=1))
    worker.bound(account)
    claims = worker.tokens().claims
    assert claims["represents"]["branch"] == branch.number
    assert [one["number"] for one in claims["collectivities"]] == [own.number.number]


def test_mandate_that_reaches_no_contract_says_so(opened: System) -> None:
    """The account has a role, and not where the mandate goes: a branch is not the whole organisation."""
    account = handed_out(opened, "laila")
    worker = Worker(opened, "laila", Choice(company=0, scope=1))
    worker.bound(account)
    assert (worker.page.status, worker.page.heading) == (403, "U heeft hier geen toegang")
    assert "kies een andere organisatie of vestiging" in worker.page.text
