"""Setting a second factor up: nothing before the code, one winner, and no way past the factors there are."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from threading import Lock
from typing import Any

import pytest
from sqlalchemy import func, select

from broker.domain.accounts import Account
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.outcomes import (
    BadNumber,
    Delay,
    Enrolled,
    NotNow,
    Right,
    Sent,
    Spent,
    SpentBy,
    Wrong,
)
from broker.mfa.pending_enrolment import LIFETIME
from broker.mfa.phone_numbers import PhoneFault
from broker.mfa.upkeep import PreparedCodes
from broker.storage.messages import Channel
from broker.storage.schema import RECOVERY_CODES, SECOND_FACTORS
from tests.support.second_factors import LANDLINE, MOBILE, THREADS, Factory, at_once

ATTEMPT = "attempt-of-a-wizard"
SMS, VOICE, TOTP = FactorKind.SMS, FactorKind.VOICE, FactorKind.TOTP


def _rows(factory: Factory) -> tuple[int, int]:
    """How many factors and recovery codes there are."""
    with factory.database.reading() as connection:
        return (
            connection.execute(select(func.count()).select_from(SECOND_FACTORS)).scalar_one(),
            connection.execute(select(func.count()).select_from(RECOVERY_CODES)).scalar_one(),
        )


def _prepared(factory: Factory, account: Account) -> PreparedCodes:
    """New recovery codes of somebody who may have them."""
    prepared = factory.upkeep.prepare_codes(account, now=factory.clock.now)
    assert prepared is not None
    return prepared


def _secret(factory: Factory, account: Account, attempt: str = ATTEMPT) -> str:
    return factory.enrolments.begin_totp(attempt, account).secret_text.replace(" ", "")


def test_app_is_kept_once_its_code_is_right_and_not_before(factory: Factory, ans: Account) -> None:
    """An offer, a wrong code, the right one: only then there is a factor, with ten recovery codes."""
    offer = factory.enrolments.begin_totp(ATTEMPT, ans)
    secret = offer.secret_text.replace(" ", "")
    assert f"secret={secret}" in offer.uri
    assert "issuer=CZ" in offer.uri
    assert factory.enrolments.confirm(ATTEMPT, "000000") == Wrong(4)
    assert _rows(factory) == (0, 0)
    enrolled = factory.enrolments.confirm(ATTEMPT, factory.app_code(secret))
    assert isinstance(enrolled, Enrolled)
    assert (enrolled.kind, len(set(enrolled.recovery_codes))) == (TOTP, 10)
    assert _rows(factory) == (1, 10)
    assert factory.events()[-1] == "second-factor.enrolled"
    assert not [word for word in (secret, *enrolled.recovery_codes) if word in repr((offer, enrolled))]


def test_telephone_is_kept_once_its_code_is_right_and_not_before(factory: Factory, ans: Account) -> None:
    """By text or by call; of the number only the end is shown, then and later."""
    sent = factory.enrolments.begin_phone(ATTEMPT, ans, "06 1234 5601", SMS)
    assert isinstance(sent, Sent)
    assert sent.number_tail == "01"
    message = factory.next_message()
    assert (message.channel.value, message.recipient, message.purpose) == (
        "sms",
        MOBILE,
        "second-factor.enrolment",
    )
    assert _rows(factory) == (0, 0)
    code = message.content.decode().partition('"text":"')[2][:6]
    assert isinstance(factory.enrolments.confirm(ATTEMPT, code), Enrolled)
    factor = factory.factor(ans, SMS)
    assert (factor.label, factor.account_id) == ("01", ans.id)
    assert _rows(factory) == (1, 10)


def test_landline_is_called(factory: Factory, ans: Account) -> None:
    """The code is spoken (J22), and a text would not arrive there."""
    assert factory.enrolments.begin_phone(ATTEMPT, ans, LANDLINE, SMS) == BadNumber(PhoneFault.NOT_MOBILE)
    assert isinstance(factory.enrolments.begin_phone(ATTEMPT, ans, LANDLINE, VOICE), Sent)
    message = factory.next_message()
    assert (message.channel.value, message.recipient) == ("voice", LANDLINE)


def test_cancelling_leaves_nothing(factory: Factory, ans: Account) -> None:
    """The code that is out, and the app that was scanned, confirm nothing any more."""
    factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    code = factory.next_code()
    factory.enrolments.cancel(ATTEMPT)
    assert factory.enrolments.confirm(ATTEMPT, code) == Spent(SpentBy.GONE)
    assert factory.enrolments.resend(ATTEMPT) == NotNow(Delay.SPENT)
    secret = _secret(factory, ans)
    factory.enrolments.cancel(ATTEMPT)
    assert factory.enrolments.confirm(ATTEMPT, factory.app_code(secret)) == Spent(SpentBy.GONE)
    assert _rows(factory) == (0, 0)


def test_offer_expires(factory: Factory, ans: Account) -> None:
    """After half an hour the wizard begins anew."""
    secret = _secret(factory, ans)
    factory.clock.advance(seconds=LIFETIME.total_seconds())
    assert factory.enrolments.confirm(ATTEMPT, factory.app_code(secret)) == Spent(SpentBy.GONE)


def test_confirming_at_once_has_one_winner(factory: Factory, ans: Account) -> None:
    """Of fifty right answers one sets the factor up, and gets the only recovery codes there are."""
    secret = _secret(factory, ans)
    code = factory.app_code(secret)
    seen = at_once(lambda: factory.enrolments.confirm(ATTEMPT, code))
    (winner,) = [outcome for outcome in seen if isinstance(outcome, Enrolled)]
    assert len(seen) == THREADS
    assert _rows(factory) == (1, 10)
    now = factory.clock.now
    used = factory.service.use_recovery_code("login", ans.id, winner.recovery_codes[3], now)
    assert used == Right(FactorKind.RECOVERY)


def test_confirming_a_number_at_once_has_one_winner(factory: Factory, ans: Account) -> None:
    """Likewise with a code that was sent."""
    factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    code = factory.next_code()
    seen = at_once(lambda: factory.enrolments.confirm(ATTEMPT, code))
    assert sum(isinstance(outcome, Enrolled) for outcome in seen) == 1
    assert _rows(factory) == (1, 10)


def test_code_of_the_first_number_does_not_confirm_the_second(factory: Factory, ans: Account) -> None:
    """A number is kept only when its own owner had the code."""
    factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    first = factory.next_code()
    factory.clock.advance(seconds=30)
    factory.enrolments.begin_phone(ATTEMPT, ans, "+31612345602", SMS)
    second = factory.next_code()
    assert first == second or isinstance(factory.enrolments.confirm(ATTEMPT, first), Wrong)
    assert isinstance(factory.enrolments.confirm(ATTEMPT, second), Enrolled)
    assert factory.factor(ans, SMS).label == "02"


def test_second_number_within_half_a_minute_changes_nothing(factory: Factory, ans: Account) -> None:
    """The code that is out still confirms the number it went to."""
    factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    code = factory.next_code()
    refused = factory.enrolments.begin_phone(ATTEMPT, ans, "+31612345602", SMS)
    assert isinstance(refused, NotNow)
    assert isinstance(factory.enrolments.confirm(ATTEMPT, code), Enrolled)
    assert factory.factor(ans, SMS).label == "01"


def test_resend_goes_to_the_same_number_with_another_code(factory: Factory, ans: Account) -> None:
    """`Opnieuw verzenden`, after half a minute."""
    sent = factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    assert isinstance(sent, Sent)
    assert factory.enrolments.resend(ATTEMPT) == NotNow(Delay.TOO_SOON, sent.resend_after)
    first = factory.next_code()
    factory.clock.advance(seconds=30)
    assert isinstance(factory.enrolments.resend(ATTEMPT), Sent)
    second = factory.next_code()
    assert first == second or isinstance(factory.enrolments.confirm(ATTEMPT, first), Wrong)
    assert isinstance(factory.enrolments.confirm(ATTEMPT, second), Enrolled)


def test_starting_anew_forgets_no_guess(factory: Factory, ans: Account) -> None:
    """Five codes are judged in one wizard, whatever is begun again in between."""
    outcomes = []
    for _ in range(6):
        _secret(factory, ans)
        outcomes.append(factory.enrolments.confirm(ATTEMPT, "000000"))
    assert outcomes == [Wrong(4), Wrong(3), Wrong(2), Wrong(1), Wrong(0), Spent(SpentBy.GUESSES)]


def test_code_that_confirmed_is_no_code_to_log_in(factory: Factory, ans: Account) -> None:
    """Neither of an app, whose step is used up, nor of a telephone, whose purpose is another (B4-11)."""
    secret = _secret(factory, ans)
    code = factory.app_code(secret)
    assert isinstance(factory.enrolments.confirm(ATTEMPT, code), Enrolled)
    factor = factory.factor(ans, TOTP)
    now = factory.clock.now
    login = CodePurpose.LOGIN
    outcome = factory.service.answer("login", factor, code, account_id=ans.id, purpose=login, now=now)
    assert isinstance(outcome, Wrong)


def test_second_factor_brings_no_new_recovery_codes(factory: Factory, ans: Account) -> None:
    """Those of the first stay good."""
    _, _, codes = factory.with_app(ans)
    factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS)
    enrolled = factory.enrolments.confirm(ATTEMPT, factory.next_code())
    assert enrolled == Enrolled(SMS, ())
    used = factory.service.use_recovery_code("login", ans.id, codes[0], factory.clock.now)
    assert used == Right(FactorKind.RECOVERY)


def test_new_number_takes_the_place_of_the_old_one(factory: Factory, ans: Account) -> None:
    """A change of number in one step (J11, J24); the log tells of both."""
    old = factory.with_phone(ans)
    factory.clock.advance(seconds=1)
    new = factory.with_phone(ans, SMS, "+31612345602")
    assert [factor.id for factor in factory.service.kinds_of(ans.id)] == [new.id]
    assert factory.factors.secret(old.id) is None
    assert factory.events()[-2:] == ["second-factor.removed", "second-factor.enrolled"]


def test_enrolment_that_was_begun_without_a_factor_never_replaces_one(factory: Factory, ans: Account) -> None:
    """Who knows the password alone cannot push out what the owner set up a moment later."""
    strangers = _secret(factory, ans, "of a stranger")
    _, owners, _ = factory.with_app(ans)
    overtaken = factory.enrolments.confirm("of a stranger", factory.app_code(strangers))
    assert overtaken == Spent(SpentBy.OVERTAKEN)
    factory.clock.advance(seconds=30)
    factor, now = factory.factor(ans, TOTP), factory.clock.now
    code, login = factory.app_code(owners), CodePurpose.LOGIN
    shown = factory.service.answer("login", factor, code, account_id=ans.id, purpose=login, now=now)
    assert shown == Right(TOTP)


def test_two_wizards_that_end_at_once_leave_one_factor(factory: Factory, ans: Account) -> None:
    """Whichever is first; the other hears that it was overtaken, and codes of one set alone are good."""
    secrets = [_secret(factory, ans, f"wizard {number}") for number in range(2)]
    codes = iter([(f"wizard {number}", factory.app_code(secret)) for number, secret in enumerate(secrets)])
    seen = at_once(lambda: factory.enrolments.confirm(*next(codes)), threads=2)
    assert sorted(type(outcome).__name__ for outcome in seen) == ["Enrolled", "Spent"]
    assert _rows(factory) == (1, 10)


def test_bad_number_sends_and_costs_nothing(factory: Factory, ans: Account) -> None:
    """With the reason."""
    refused = factory.enrolments.begin_phone(ATTEMPT, ans, "+1 212 555 0100", SMS)
    assert refused == BadNumber(PhoneFault.REGION)
    assert factory.purse.spent == []
    assert isinstance(factory.enrolments.begin_phone(ATTEMPT, ans, MOBILE, SMS), Sent)


def test_removing_a_factor_keeps_the_other_and_the_last_takes_the_recovery_codes_along(
    factory: Factory, ans: Account
) -> None:
    """They stand in for factors, and there is none left."""
    app, _, _ = factory.with_app(ans)
    phone = factory.with_phone(ans)
    bea = factory.account(1)
    assert not factory.upkeep.remove(bea, app.id, now=factory.clock.now)
    assert factory.upkeep.remove(ans, app.id, now=factory.clock.now)
    assert not factory.upkeep.remove(ans, app.id, now=factory.clock.now)
    assert _rows(factory) == (1, 10)
    assert factory.upkeep.remove(ans, phone.id, now=factory.clock.now)
    assert _rows(factory) == (0, 0)
    assert factory.events().count("second-factor.removed") == 2


def test_removal_is_judged_by_what_would_be_left_under_the_lock(factory: Factory, ans: Account) -> None:
    """Two tabs that remove the last two at once leave the one that somebody must keep."""
    app, _, _ = factory.with_app(ans)
    phone = factory.with_phone(ans)
    first = iter((app.id, phone.id))
    lock = Lock()

    def remove() -> bool:
        with lock:
            factor_id = next(first)
        return factory.upkeep.remove(
            ans, factor_id, now=factory.clock.now, may_leave=lambda left: len(left) > 0
        )

    assert sorted(at_once(remove, threads=2)) == [False, True]
    assert len(factory.service.kinds_of(ans.id)) == 1


def test_reset_removes_everything_of_one_account(factory: Factory, ans: Account) -> None:
    """And says who did (J12)."""
    factory.with_app(ans)
    factory.with_phone(ans)
    bea = factory.account(1)
    factory.with_phone(bea)
    assert factory.upkeep.reset(ans, now=factory.clock.now, by=bea.id) == 2
    assert factory.service.kinds_of(ans.id) == ()
    assert len(factory.service.kinds_of(bea.id)) == 1
    assert _rows(factory) == (1, 10)


def test_number_that_changes_hears_of_it(factory: Factory, ans: Account) -> None:
    """B4-10: at the old number, in words without a code, and within the budget of that number."""
    factory.with_phone(ans)
    factory.clock.advance(seconds=30)
    factory.with_phone(ans, number="+31612345602")
    notice = factory.next_message()
    assert (notice.channel.value, notice.recipient, notice.purpose) == (
        "sms",
        MOBILE,
        "second-factor.notice",
    )
    told = notice.content.decode()
    assert "op dit nummer krijgt u geen codes meer" in told
    assert not [character for character in told if character.isdigit()]
    assert factory.purse.spent[-1] == ("cz", MOBILE)
    assert factory.events().count("second-factor.notice-sent") == 1


def test_number_that_is_confirmed_anew_hears_nothing(factory: Factory, ans: Account) -> None:
    """It is still the one."""
    factory.with_phone(ans)
    factory.clock.advance(seconds=30)
    factory.with_phone(ans)
    assert "second-factor.notice-sent" not in factory.events()
    assert len(factory.purse.spent) == 2


def test_number_that_is_removed_hears_of_it(factory: Factory, ans: Account) -> None:
    """Whether its owner removed it or somebody reset all: a landline in a call, in the language at hand."""
    factory.language = "en"
    mobile = factory.with_phone(ans)
    factory.with_phone(ans, VOICE, LANDLINE)
    assert factory.upkeep.remove(ans, mobile.id, now=factory.clock.now)
    assert (factory.next_message().recipient, factory.upkeep.reset(ans, now=factory.clock.now)) == (MOBILE, 1)
    call = factory.next_message()
    assert (call.channel.value, call.recipient) == ("voice", LANDLINE)
    assert "no longer come to this number" in call.content.decode()


def test_notice_stays_home_when_its_budget_is_spent(factory: Factory, ans: Account) -> None:
    """The change goes on, and the log says that the old number was not told."""
    mobile = factory.with_phone(ans)
    factory.purse.refusing = "number"
    assert factory.upkeep.remove(ans, mobile.id, now=factory.clock.now)
    assert factory.events()[-2:] == ["second-factor.notice-not-sent", "second-factor.removed"]
    later = factory.clock.after(seconds=3600)
    assert factory.messages.lease(later, later, channels=(Channel.SMS, Channel.VOICE)) is None


def test_new_recovery_codes_kill_the_old_ones(factory: Factory, ans: Account) -> None:
    """Ten for ten; who has no factor gets none."""
    _, _, old = factory.with_app(ans)
    now = factory.clock.now
    new = _prepared(factory, ans)
    assert factory.upkeep.store_codes(new)
    assert isinstance(factory.service.use_recovery_code("a", ans.id, old[0], now), Wrong)
    assert factory.service.use_recovery_code("b", ans.id, new.codes[0], now) == Right(FactorKind.RECOVERY)
    assert factory.service.recovery_codes_left(ans.id) == 9
    bea = factory.account(1)
    assert not factory.upkeep.store_codes(_prepared(factory, bea))
    assert _rows(factory) == (1, 10)
    assert not [code for code in new.codes if code in repr(new)]


def test_account_gets_five_sets_of_recovery_codes_an_hour(
    factory: Factory, ans: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sixth is not hashed at all; others go on, and an hour later so does this account."""
    bea, hashed, scrypt = factory.account(1), [], hashlib.scrypt

    def count(*arguments: Any, **named: Any) -> bytes:
        hashed.append(1)
        return scrypt(*arguments, **named)

    monkeypatch.setattr(hashlib, "scrypt", count)
    for _ in range(5):
        _prepared(factory, ans)
    assert len(hashed) == 5 * 10
    assert factory.upkeep.prepare_codes(ans, now=factory.clock.now) is None
    assert len(hashed) == 5 * 10
    _prepared(factory, bea)
    factory.clock.advance(seconds=timedelta(hours=1).total_seconds())
    _prepared(factory, ans)


def test_recovery_codes_of_a_first_factor_are_hashed_before_the_transaction(
    factory: Factory, ans: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing is slow: whoever did it while writing would keep every other writer waiting."""
    while_writing, scrypt = [], hashlib.scrypt

    def note(*arguments: Any, **named: Any) -> bytes:
        while_writing.append(factory.database.is_writing)
        return scrypt(*arguments, **named)

    monkeypatch.setattr(hashlib, "scrypt", note)
    factory.with_app(ans)
    assert while_writing == [False] * 10


def test_mistyped_codes_of_a_wizard_do_not_close_the_login(factory: Factory, ans: Account) -> None:
    """The day's count is of logins and changes alone."""
    _, secret, _ = factory.with_app(ans)
    for number in range(6):
        attempt = f"wizard {number}"
        _secret(factory, ans, attempt)
        for _ in range(4):
            assert isinstance(factory.enrolments.confirm(attempt, "000000"), Wrong)
    factory.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    factor, now = factory.factor(ans, TOTP), factory.clock.now
    code, login = factory.app_code(secret), CodePurpose.LOGIN
    shown = factory.service.answer("login", factor, code, account_id=ans.id, purpose=login, now=now)
    assert shown == Right(TOTP)
