"""Codes by telephone as a deployment sends them: wired by its configuration, carried by the worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from broker.audit.recorder import Auditor
from broker.domain.accounts import Account
from broker.domain.bsn import Bsn
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.outcomes import Delay, Enrolled, NotNow, Right, Sent
from broker.mfa.ports import Surroundings
from broker.mfa.service import SecondFactors
from broker.notify.delivery import Delivery
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.storage.audit_log import AuditLog
from broker.wiring.second_factors import enrolments_of, second_factor_surroundings
from broker.worker import delivery_of
from tests.support.sms_gateway import GatewayDesk, running_gateway
from tests.support.system import System

pytestmark = pytest.mark.flow

MOBILE = "+31612345601"
CZ_TEXT = " is uw code om in te loggen bij CZ. Deel deze code met niemand."


@pytest.fixture
def desk() -> GatewayDesk:
    """Where texts and calls arrive."""
    return GatewayDesk()


@pytest.fixture
def settings(own_system: System, desk: GatewayDesk) -> Iterator[Settings]:
    """The sample configuration, with the gateway of this test."""
    with running_gateway(desk) as port:
        sms = own_system.settings.broker.sms
        assert sms is not None
        moved = sms.model_copy(update={"gateway_url": f"http://127.0.0.1:{port}/api"})
        yield replace(
            own_system.settings, broker=own_system.settings.broker.model_copy(update={"sms": moved})
        )


@pytest.fixture
def worker(own_system: System, settings: Settings) -> Delivery:
    """The job that sends messages."""
    delivery = delivery_of(settings, own_system.stores)
    assert delivery is not None
    return delivery


@pytest.fixture
def ans(own_system: System) -> Account:
    """Somebody of CZ without a second factor."""
    stores = own_system.stores
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    return accounts.add_consumer("cz", "Ans", "ans@post.example", Bsn("999992211"))


def _surroundings(system: System, settings: Settings) -> Surroundings:
    stores = system.stores
    auditor = Auditor(AuditLog(stores.database), stores.clock, lambda: None)
    return second_factor_surroundings(
        settings, stores, auditor, language=lambda: "nl", source=lambda: "192.0.2.1"
    )


def test_code_goes_from_the_page_to_the_telephone_and_back(
    own_system: System, settings: Settings, worker: Delivery, desk: GatewayDesk, ans: Account
) -> None:
    """Set up by a code, asked for at the next login, five an hour to one number."""
    stores = own_system.stores
    surroundings = _surroundings(own_system, settings)
    enrolments, factors = enrolments_of(settings, stores, surroundings), SecondFactors(surroundings)
    assert isinstance(enrolments.begin_phone("wizard", ans, "06 1234 5601", FactorKind.SMS), Sent)
    assert worker.run() == 1
    assert isinstance(enrolments.confirm("wizard", desk.taken[-1].body["text"][:6]), Enrolled)
    (factor,) = factors.kinds_of(ans.id)

    def ask(attempt: str) -> Sent | NotNow:
        now, login = stores.clock(), CodePurpose.LOGIN
        return factors.send_code(attempt, factor, account_id=ans.id, purpose=login, now=now)

    assert isinstance(ask("login 1"), Sent)
    assert worker.run() == 1
    sent = desk.taken[-1].body
    assert (sent["to"], sent["from"], sent["text"][6:]) == (MOBILE, "Voordeur", CZ_TEXT)
    outcome = factors.answer(
        "login 1",
        factor,
        sent["text"][:6],
        account_id=ans.id,
        purpose=CodePurpose.LOGIN,
        now=stores.clock(),
    )
    assert outcome == Right(FactorKind.SMS)
    assert [type(ask(f"login {number}")) for number in (2, 3, 4)] == [Sent] * 3
    assert ask("login 5") == NotNow(Delay.NOT_NOW)


def test_what_an_hour_may_cost_is_what_is_configured(
    own_system: System, settings: Settings, ans: Account
) -> None:
    """`[sms] most_an_hour`, for texts and for calls apart."""
    sms = settings.broker.sms
    assert sms is not None
    small = settings.broker.model_copy(update={"sms": sms.model_copy(update={"most_an_hour": 1})})
    spend = _surroundings(own_system, replace(settings, broker=small)).budget.spend
    now = own_system.stores.clock()

    def ask(number: str, kind: FactorKind) -> str | None:
        return spend(brand="cz", account_id=ans.id, number=number, kind=kind, now=now)

    assert ask("+31612345602", FactorKind.VOICE) is None
    assert ask("+31612345603", FactorKind.VOICE) == "breaker"
