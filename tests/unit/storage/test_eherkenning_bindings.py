"""Codes that bind and what they bound: one winner, nothing half done, nothing readable at rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from broker.accounts.binding.codes import new_code, read_code, shown
from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.identity import EherkenningIdentity
from broker.domain.organisation import KvkNumber, Rsin
from broker.domain.representation import LegalSubject
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.eherkenning_bindings import EherkenningBindingRepository, Unbound
from broker.storage.key_ring import KeyRing
from broker.storage.schema import ACCOUNT_IDENTITIES, BINDING_CODES
from tests.support.moments import MovableClock

BAKERY, SHOP = LegalSubject(KvkNumber("90001354")), LegalSubject(KvkNumber("90006607"), Rsin("999990019"))
PARALLEL = 50


def identity(organisation: LegalSubject = BAKERY, pseudonym: str = "a1b2c3d4@e5f6") -> EherkenningIdentity:
    """Somebody at an organisation."""
    return EherkenningIdentity(pseudonym, organisation)


@pytest.fixture
def bindings(database: Database, key_ring: KeyRing, clock: MovableClock) -> EherkenningBindingRepository:
    """The bindings of `database`."""
    return EherkenningBindingRepository(database, key_ring.columns, key_ring.blind_indexes, clock)


@pytest.fixture
def accounts(database: Database, key_ring: KeyRing, clock: MovableClock) -> AccountRepository:
    """The accounts of `database`."""
    return AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)


def handed_out(accounts: AccountRepository, state: AccountState = AccountState.INVITED) -> Account:
    """An account of somebody at brand cz."""
    made = accounts.add_business(
        "cz", "Bea", f"{uuid4().hex}@example.test", state=state, new_id=AccountId(str(uuid4()))
    )
    assert isinstance(made, Account)
    return made


def test_code_binds_and_activates_once(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """The account is found by the identity from then on; the code is used up."""
    account, code = handed_out(accounts), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    bound = bindings.bind("cz", code, identity())
    assert bound is not None
    assert (bound.account_id, bound.activated) == (account.id, True)
    found = accounts.find_by_eherkenning("cz", identity())
    assert found is not None
    assert (found.id, found.state) == (account.id, AccountState.ACTIVE)
    assert bindings.bind("cz", code, identity(SHOP)) is None
    assert accounts.find_by_eherkenning("cz", identity(SHOP)) is None


def test_identity_is_the_person_at_that_organisation(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """Neither the pseudonym alone nor the organisation alone, nor another brand, finds the account."""
    account, code = handed_out(accounts), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    assert bindings.bind("cz", code, identity())
    assert accounts.find_by_eherkenning("cz", identity(SHOP)) is None
    assert accounts.find_by_eherkenning("cz", identity(pseudonym="ffffffff@ffff")) is None
    assert accounts.find_by_eherkenning("vgz", identity()) is None


def test_identity_that_is_bound_stays_where_it_is(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """Another code does not move it, and is not used up by trying."""
    first, second = handed_out(accounts), handed_out(accounts)
    codes = new_code(), new_code()
    for account, code in zip((first, second), codes, strict=True):
        bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    assert bindings.bind("cz", codes[0], identity())
    assert bindings.bind("cz", codes[1], identity()) is None
    found = accounts.find_by_eherkenning("cz", identity())
    assert found is not None
    assert found.id == first.id
    assert bindings.bind("cz", codes[1], identity(SHOP))


def test_account_has_several_organisations_and_loses_one(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """Each by a code of its own; what is taken off can be bound again."""
    account = handed_out(accounts)
    for organisation in (BAKERY, SHOP):
        code = new_code()
        bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
        assert bindings.bind("cz", code, identity(organisation))
    assert set(bindings.organisations_of(account)) == {BAKERY, SHOP}
    assert bindings.unbind(account, BAKERY) == Unbound((BAKERY,), code=False)
    assert accounts.find_by_eherkenning("cz", identity()) is None
    assert bindings.organisations_of(account) == (SHOP,)
    assert bindings.unbind(account, None) == Unbound((SHOP,), code=False)
    assert not bindings.unbind(account, None)


@pytest.mark.parametrize("organisation", [None, BAKERY, SHOP])
def test_code_ends_when_a_binding_is_taken_off(
    bindings: EherkenningBindingRepository,
    accounts: AccountRepository,
    clock: MovableClock,
    organisation: LegalSubject | None,
) -> None:
    """Whoever is sent away cannot bind again by a code of before; that of somebody else still works."""
    account, other = handed_out(accounts), handed_out(accounts)
    used, spare, of_other = new_code(), new_code(), new_code()
    bindings.keep_code(account, used, expires_at=clock.after(seconds=60))
    assert bindings.bind("cz", used, identity())
    bindings.keep_code(account, spare, expires_at=clock.after(seconds=60))
    bindings.keep_code(other, of_other, expires_at=clock.after(seconds=60))
    gone = bindings.unbind(account, organisation)
    assert gone.code
    assert gone.organisations == (() if organisation == SHOP else (BAKERY,))
    assert not bindings.unbind(account, SHOP)
    assert bindings.bind("cz", spare, identity(SHOP)) is None
    assert bindings.bind("cz", of_other, identity(SHOP))


def test_account_binds_while_there_is_a_binding(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """A code alone is none, and one that was taken off is none any more."""
    account, code = handed_out(accounts), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    assert not bindings.binds(account.id)
    assert bindings.bind("cz", code, identity())
    assert bindings.binds(account.id)
    bindings.unbind(account, None)
    assert not bindings.binds(account.id)


@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.HELD])
def test_code_of_an_account_that_may_not_be_used_does_nothing(
    bindings: EherkenningBindingRepository,
    accounts: AccountRepository,
    clock: MovableClock,
    state: AccountState,
) -> None:
    """And works when the account may be used again."""
    account, code = handed_out(accounts, AccountState.ACTIVE), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    accounts.set_state(account.id, state)
    assert bindings.bind("cz", code, identity()) is None
    accounts.set_state(account.id, AccountState.ACTIVE)
    assert bindings.bind("cz", code, identity())


def test_code_ends_with_its_time_and_with_a_newer_one(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """One code an account, for as long as it was made for."""
    account, older, newer = handed_out(accounts), new_code(), new_code()
    bindings.keep_code(account, older, expires_at=clock.after(seconds=60))
    bindings.keep_code(account, newer, expires_at=clock.after(seconds=60))
    assert bindings.bind("cz", older, identity()) is None
    clock.advance(seconds=60)
    assert bindings.bind("cz", newer, identity()) is None


def test_many_who_bring_one_code_are_one(
    bindings: EherkenningBindingRepository, accounts: AccountRepository, clock: MovableClock
) -> None:
    """Fifty at once, each somebody else: one is bound, the others leave nothing behind."""
    account, code = handed_out(accounts), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    people = [identity(pseudonym=f"{number:08x}@aaaa") for number in range(PARALLEL)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        bound = list(pool.map(lambda who: bindings.bind("cz", code, who), people))
    assert sum(found is not None for found in bound) == 1
    owners = [accounts.find_by_eherkenning("cz", who) for who in people]
    assert sum(owner is not None for owner in owners) == 1


def test_nothing_readable_is_kept(
    bindings: EherkenningBindingRepository,
    accounts: AccountRepository,
    clock: MovableClock,
    database: Database,
) -> None:
    """Neither the code nor who is bound, nor for whom."""
    account, code = handed_out(accounts), new_code()
    bindings.keep_code(account, code, expires_at=clock.after(seconds=60))
    assert bindings.bind("cz", code, identity())
    with database.reading() as connection:
        rows = [*connection.execute(select(BINDING_CODES)), *connection.execute(select(ACCOUNT_IDENTITIES))]
    kept = b"".join(value for row in rows for value in row if isinstance(value, bytes))
    assert rows
    for secret in (code, "90001354", identity().pseudonym):
        assert secret.encode() not in kept


def test_code_is_read_as_people_type_it() -> None:
    """In groups, in small letters, with letters that look like digits; a slip is told."""
    code = new_code()
    assert read_code(shown(code).lower()) == code
    assert read_code(f" {shown(code)} ") == code
    assert read_code(code.replace("1", "l").replace("0", "o")) == code
    assert read_code(code[:-1]) is None
    other = "Z" if code[-1] != "Z" else "Y"
    assert read_code(code[:-1] + other) is None
    assert read_code("U" * 13) is None
