"""Second factors and recovery codes in the database, and the migration that makes room for them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from broker.domain.accounts import AccountId
from broker.domain.bsn import Bsn
from broker.domain.second_factors import FactorKind
from broker.storage.accounts import AccountRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.messages import Channel, MessageRepository, NewMessage
from broker.storage.schema import ACCOUNTS, MESSAGES, RECOVERY_CODES, SECOND_FACTORS
from broker.storage.schema_upgrade import migration_config
from broker.storage.sealing import SealBroken
from broker.storage.second_factors import SecondFactorRepository
from tests.support.moments import MovableClock
from tests.support.second_factors import at_once

SECRET, NUMBER, STEP = b"12345678901234567890", "+31612345601", 58_000_000


@pytest.fixture
def factors(database: Database, key_ring: KeyRing) -> SecondFactorRepository:
    """The repository on each kind of database."""
    return SecondFactorRepository(database, key_ring.columns)


@pytest.fixture
def ans(database: Database, key_ring: KeyRing, clock: MovableClock) -> AccountId:
    """Somebody's account."""
    accounts = AccountRepository(database, key_ring.columns, key_ring.blind_indexes, clock)
    return accounts.add_consumer("cz", "Ans", "ans@example.test", Bsn("999990019")).id


def test_factors_come_back_as_they_were(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock
) -> None:
    """Oldest first, with what they are proven by; a number is shown by its end alone."""
    app = factors.add_totp(ans, SECRET, STEP, clock.now)
    clock.advance(seconds=1)
    phone = factors.add_phone(ans, FactorKind.SMS, NUMBER, clock.now)
    assert app is not None
    assert phone is not None
    assert factors.of_account(ans) == (app, phone)
    assert (app.label, phone.label) == ("", "01")
    secret, number = factors.secret(app.id), factors.secret(phone.id)
    assert secret is not None
    assert number is not None
    assert (secret.plain, secret.brand, secret.account_id, secret.kind) == (
        SECRET,
        "cz",
        ans,
        FactorKind.TOTP,
    )
    assert number.number == NUMBER
    assert NUMBER not in repr(number) + repr(phone)
    with pytest.raises(ValueError, match="no telephone number"):
        _ = secret.number


def test_account_has_one_factor_of_a_kind(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock
) -> None:
    """Of fifty who add one at once one does; a recovery code is no factor to add."""
    seen = at_once(lambda: factors.add_phone(ans, FactorKind.SMS, NUMBER, clock.now))
    assert sum(one is not None for one in seen) == 1
    assert len(factors.of_account(ans)) == 1
    assert factors.add_phone(ans, FactorKind.VOICE, NUMBER, clock.now) is not None
    with pytest.raises(ValueError, match="not by telephone"):
        factors.add_phone(ans, FactorKind.RECOVERY, NUMBER, clock.now)


def test_step_goes_forward_alone_and_once(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock
) -> None:
    """From the one that confirmed the app; never for a telephone's lack of one, never for no factor."""
    app = factors.add_totp(ans, SECRET, STEP, clock.now)
    assert app is not None
    used = [factors.use_step(app.id, STEP + shift) for shift in (0, -1, 1, 1, 0, 3, 2)]
    assert used == [False, False, True, False, False, True, False]
    assert not factors.use_step(str(uuid4()), STEP + 9)
    assert at_once(lambda: factors.use_step(app.id, STEP + 9)).count(True) == 1


def test_recovery_code_is_used_once_and_replaced_with_all_others(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock
) -> None:
    """Also by fifty at once."""
    digests = [bytes([number]) * 32 for number in range(10)]
    factors.replace_codes(ans, digests)
    assert factors.codes_left(ans) == 10
    assert at_once(lambda: factors.use_code(ans, digests[0], clock.now)).count(True) == 1
    assert not factors.use_code(AccountId(str(uuid4())), digests[1], clock.now)
    assert not factors.use_code(ans, b"x" * 32, clock.now)
    assert factors.codes_left(ans) == 9
    factors.replace_codes(ans, [b"y" * 32])
    assert not factors.use_code(ans, digests[1], clock.now)
    assert factors.codes_left(ans) == 1


def test_factors_go_with_their_account(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock, database: Database
) -> None:
    """And the recovery codes."""
    factors.add_totp(ans, SECRET, STEP, clock.now)
    factors.replace_codes(ans, [b"y" * 32])
    assert factors.brand_of(ans) == "cz"
    with database.writing() as connection:
        connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == ans))
    with database.reading() as connection:
        assert connection.execute(select(SECOND_FACTORS)).all() == []
        assert connection.execute(select(RECOVERY_CODES)).all() == []
    assert factors.brand_of(ans) is None


def test_secret_belongs_to_its_kind(
    factors: SecondFactorRepository, ans: AccountId, clock: MovableClock, database: Database
) -> None:
    """Whoever can write to the table cannot make a number of a secret (A60)."""
    app = factors.add_totp(ans, SECRET, STEP, clock.now)
    assert app is not None
    with database.writing() as connection:
        connection.execute(update(SECOND_FACTORS).values(kind="sms"))
    with pytest.raises(SealBroken):
        factors.secret(app.id)


@pytest.mark.parametrize("kind", ["recovery", "mail"])
def test_database_refuses_a_kind_that_is_none(
    ans: AccountId, clock: MovableClock, database: Database, kind: str
) -> None:
    """The constraint stands on each database."""
    row = {"id": "x", "account_id": ans, "kind": kind, "secret_sealed": b"", "label": ""}
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(SECOND_FACTORS).values(**row, created_at=clock.now))


def _queue(messages: MessageRepository, channel: Channel, clock: MovableClock) -> None:
    name, end = str(uuid4()), clock.now + timedelta(hours=1)
    messages.add(NewMessage(name, name, "cz", channel, "test", "to", b"content", clock.now, end))


def test_waiting_mail_survives_the_migration_both_ways(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """SQLite makes the table anew; texts, which the version before cannot send, go when it comes back."""
    messages = MessageRepository(database, key_ring.columns)
    for channel in Channel:
        _queue(messages, channel, clock)
    with database.writing() as connection:
        command.downgrade(migration_config(connection), "0006_passwords")
    assert not database.is_current()
    with database.reading() as connection:
        assert [row.channel for row in connection.execute(select(MESSAGES.c.channel))] == ["mail"]
    with pytest.raises(IntegrityError):
        _queue(messages, Channel.SMS, clock)
    database.upgrade()
    found = messages.lease(clock.now, clock.now)
    assert found is not None
    assert (found.channel, found.content) == (Channel.MAIL, b"content")
    _queue(messages, Channel.VOICE, clock)
