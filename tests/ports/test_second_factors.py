"""Second factors over real stores: codes that go out, guesses that are judged, and who wins when many try."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from broker.domain.accounts import Account
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.codes import CODE_LIFETIME, RESEND_AFTER
from broker.mfa.outcomes import Delay, NotNow, Right, Sent, Spent, SpentBy, Wrong
from broker.storage.one_time_codes import MOST_GUESSES, MOST_SENDINGS
from broker.storage.schema import MESSAGES, METADATA, SECOND_FACTORS
from tests.support.markers import Markers
from tests.support.second_factors import LANDLINE, MOBILE, THREADS, Factory, at_once

LOGIN, CHANGE = CodePurpose.LOGIN, CodePurpose.CHANGE
ATTEMPT = "attempt-of-a-login"


def _send(
    factory: Factory, account: Account, *, attempt: str = ATTEMPT, purpose: CodePurpose = LOGIN
) -> Sent:
    factor = factory.factor(account, FactorKind.SMS)
    sent = factory.service.send_code(
        attempt, factor, account_id=account.id, purpose=purpose, now=factory.clock.now
    )
    assert isinstance(sent, Sent)
    return sent


def _answer(
    factory: Factory,
    account: Account,
    code: str,
    *,
    kind: FactorKind = FactorKind.SMS,
    attempt: str = ATTEMPT,
    purpose: CodePurpose = LOGIN,
) -> Right | Wrong | Spent:
    factor = factory.factor(account, kind)
    return factory.service.answer(
        attempt, factor, code, account_id=account.id, purpose=purpose, now=factory.clock.now
    )


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_code_arrives_and_is_right_once(factory: Factory, ans: Account) -> None:
    """Ten minutes, half a minute until the next, and only the end of the number is told."""
    factory.with_phone(ans)
    sent = _send(factory, ans)
    now = factory.clock.now
    assert sent == Sent(now + CODE_LIFETIME, now + RESEND_AFTER, MOBILE[-2:])
    code = factory.next_code()
    assert _answer(factory, ans, f"{code[:3]} {code[3:]}") == Right(FactorKind.SMS)
    assert _answer(factory, ans, code) == Wrong(MOST_GUESSES - 2, expired=True)


def test_code_is_good_for_its_attempt_purpose_and_factor_alone(factory: Factory, ans: Account) -> None:
    """A code to log in changes nothing, and one of another attempt or telephone opens nothing (B4-11)."""
    factory.with_phone(ans)
    factory.with_phone(ans, FactorKind.VOICE, LANDLINE)
    _send(factory, ans)
    code = factory.next_code()
    elsewhere = [
        _answer(factory, ans, code, attempt="another"),
        _answer(factory, ans, code, purpose=CHANGE),
        _answer(factory, ans, code, kind=FactorKind.VOICE),
    ]
    assert all(isinstance(outcome, Wrong) for outcome in elsewhere)
    assert _answer(factory, ans, code) == Right(FactorKind.SMS)


def test_code_of_somebody_else_is_worth_nothing(factory: Factory, ans: Account) -> None:
    """Neither with their factor under one's own account, nor the other way round."""
    bea = factory.account(1)
    factory.with_phone(ans)
    theirs = factory.with_phone(bea)
    _send(factory, bea)
    code = factory.next_code()
    now = factory.clock.now
    for account in (ans, bea):
        factor = theirs if account is ans else factory.factor(ans, FactorKind.SMS)
        outcome = factory.service.answer(ATTEMPT, factor, code, account_id=account.id, purpose=LOGIN, now=now)
        assert isinstance(outcome, Wrong)
    refused = factory.service.send_code("x", theirs, account_id=ans.id, purpose=LOGIN, now=now)
    assert refused == NotNow(Delay.SPENT)


@pytest.mark.parametrize(("seconds", "is_right"), [(599, True), (600, False)])
def test_code_lives_for_ten_minutes(factory: Factory, ans: Account, seconds: int, is_right: bool) -> None:
    """To the second, by our clock."""
    factory.with_phone(ans)
    _send(factory, ans)
    code = factory.next_code()
    factory.clock.advance(seconds=seconds)
    expected = Right(FactorKind.SMS) if is_right else Wrong(MOST_GUESSES - 1, expired=True)
    assert _answer(factory, ans, code) == expected


def test_resend_waits_and_brings_another_code(factory: Factory, ans: Account) -> None:
    """The code before it dies at that moment, and so does its message when nobody has sent it."""
    factory.with_phone(ans)
    sent = _send(factory, ans)
    first = factory.next_code()
    factor = factory.factor(ans, FactorKind.SMS)
    factory.clock.advance(seconds=29)
    again = factory.service.send_code(
        ATTEMPT, factor, account_id=ans.id, purpose=LOGIN, now=factory.clock.now
    )
    assert again == NotNow(Delay.TOO_SOON, sent.resend_after)
    factory.clock.advance(seconds=1)
    _send(factory, ans)
    second = factory.next_code()
    if first != second:  # one in a million
        assert isinstance(_answer(factory, ans, first), Wrong)
    assert _answer(factory, ans, second) == Right(FactorKind.SMS)


def test_message_of_a_dead_code_is_not_sent(factory: Factory, ans: Account) -> None:
    """A gateway that was away gets the newest code alone."""
    factory.with_phone(ans)
    _send(factory, ans)
    factory.clock.advance(seconds=30)
    _send(factory, ans)
    assert _answer(factory, ans, factory.next_code()) == Right(FactorKind.SMS)
    with factory.database.reading() as connection:
        waiting = connection.execute(select(MESSAGES.c.fault).where(MESSAGES.c.state == "dead")).all()
    assert [row.fault for row in waiting] == ["superseded"]


def test_resend_forgets_no_guess(factory: Factory, ans: Account) -> None:
    """Five guesses an attempt, however many codes were sent; the right code comes too late (A13, B4-05)."""
    factory.with_phone(ans)
    left = []
    for _ in range(MOST_GUESSES):
        _send(factory, ans)
        outcome = _answer(factory, ans, _other(factory.next_code()))
        assert isinstance(outcome, Wrong)
        left.append(outcome.left)
        factory.clock.advance(seconds=30)
    assert left == [4, 3, 2, 1, 0]
    factor = factory.factor(ans, FactorKind.SMS)
    now = factory.clock.now
    refused = factory.service.send_code(ATTEMPT, factor, account_id=ans.id, purpose=LOGIN, now=now)
    assert refused == NotNow(Delay.SPENT)
    _send(factory, ans, attempt="another")
    assert _answer(factory, ans, factory.next_code(), attempt="another") == Right(FactorKind.SMS)


def test_right_code_is_refused_after_five_wrong_ones(factory: Factory, ans: Account) -> None:
    """It is not even looked at."""
    factory.with_phone(ans)
    _send(factory, ans)
    code = factory.next_code()
    for _ in range(MOST_GUESSES):
        assert isinstance(_answer(factory, ans, _other(code)), Wrong)
    assert _answer(factory, ans, code) == Spent(SpentBy.GUESSES)


def test_codes_of_an_attempt_are_few(factory: Factory, ans: Account) -> None:
    """Whatever the budget says."""
    factory.with_phone(ans)
    for _ in range(MOST_SENDINGS):
        _send(factory, ans)
        factory.clock.advance(seconds=30)
    factor = factory.factor(ans, FactorKind.SMS)
    now = factory.clock.now
    refused = factory.service.send_code(ATTEMPT, factor, account_id=ans.id, purpose=LOGIN, now=now)
    assert refused == NotNow(Delay.TOO_MANY)


def test_all_kinds_share_the_guesses(factory: Factory, ans: Account) -> None:
    """Whoever tries a text, an app and a recovery code has five tries in all."""
    factory.with_phone(ans)
    _, secret, _ = factory.with_app(ans)
    factory.clock.advance(seconds=30)
    _send(factory, ans)
    code = factory.next_code()
    wrong = [
        _answer(factory, ans, _other(code)),
        _answer(factory, ans, "000000", kind=FactorKind.TOTP),
        factory.service.use_recovery_code(ATTEMPT, ans.id, "7K2M-01AZ-9QRS-TVWX", factory.clock.now),
        factory.service.use_recovery_code(ATTEMPT, ans.id, "nonsense", factory.clock.now),
        _answer(factory, ans, _other(code)),
    ]
    assert [outcome.left for outcome in wrong if isinstance(outcome, Wrong)] == [4, 3, 2, 1, 0]
    app_code = factory.app_code(secret)
    assert _answer(factory, ans, app_code, kind=FactorKind.TOTP) == Spent(SpentBy.GUESSES)


def test_many_wrong_guesses_at_once_are_judged_five_times(factory: Factory, ans: Account) -> None:
    """Counted before they are compared, in one step (B4-08)."""
    factory.with_phone(ans)
    _send(factory, ans)
    wrong = _other(factory.next_code())
    seen = at_once(lambda: _answer(factory, ans, wrong))
    judged = sorted(outcome.left for outcome in seen if isinstance(outcome, Wrong))
    assert judged == list(range(MOST_GUESSES))
    assert len(seen) - len(judged) == THREADS - MOST_GUESSES


def test_right_code_typed_at_once_has_one_winner(factory: Factory, ans: Account) -> None:
    """Of fifty one is in."""
    factory.with_phone(ans)
    _send(factory, ans)
    code = factory.next_code()
    seen = at_once(lambda: _answer(factory, ans, code))
    assert seen.count(Right(FactorKind.SMS)) == 1


def test_code_asked_for_at_once_is_sent_once(factory: Factory, ans: Account) -> None:
    """Fifty presses on the button are one message and one payment."""
    factory.with_phone(ans)
    factory.purse.spent.clear()
    factor = factory.factor(ans, FactorKind.SMS)
    now = factory.clock.now
    seen = at_once(
        lambda: factory.service.send_code(ATTEMPT, factor, account_id=ans.id, purpose=LOGIN, now=now)
    )
    assert sum(isinstance(outcome, Sent) for outcome in seen) == 1
    assert factory.purse.spent == [("cz", MOBILE)]
    assert _answer(factory, ans, factory.next_code()) == Right(FactorKind.SMS)


def test_app_code_is_right_once_and_steps_go_forward_alone(factory: Factory, ans: Account) -> None:
    """Also the code that confirmed the app is used up; an older one of the window is refused (A11, B4-06)."""
    _, secret, _ = factory.with_app(ans)

    def show(seconds: int, attempt: str) -> Right | Wrong | Spent:
        code = factory.app_code(secret, seconds=seconds)
        return _answer(factory, ans, code, kind=FactorKind.TOTP, attempt=attempt)

    assert isinstance(show(0, "enrolment code again"), Wrong)
    assert show(30, "a") == Right(FactorKind.TOTP)
    assert isinstance(show(30, "b"), Wrong)
    assert isinstance(show(0, "c"), Wrong)
    factory.clock.advance(seconds=60)
    assert show(0, "d") == Right(FactorKind.TOTP)


def test_app_code_shown_at_once_has_one_winner(factory: Factory, ans: Account) -> None:
    """Of fifty, each in an attempt of its own, one is in."""
    _, secret, _ = factory.with_app(ans)
    factory.clock.advance(seconds=30)
    code = factory.app_code(secret)
    attempts: Iterator[int] = iter(range(THREADS))
    seen = at_once(
        lambda: _answer(factory, ans, code, kind=FactorKind.TOTP, attempt=f"attempt {next(attempts)}")
    )
    assert seen.count(Right(FactorKind.TOTP)) == 1


def test_recovery_code_is_good_once(factory: Factory, ans: Account) -> None:
    """However it is typed; the others stay, and the log tells how many."""
    _, _, codes = factory.with_app(ans)
    now = factory.clock.now
    first = factory.service.use_recovery_code("a", ans.id, codes[0].lower().replace("-", " "), now)
    again = factory.service.use_recovery_code("b", ans.id, codes[0], now)
    assert (first, again) == (Right(FactorKind.RECOVERY), Wrong(MOST_GUESSES - 1))
    assert factory.service.recovery_codes_left(ans.id) == 9
    assert factory.events().count("recovery-code.used") == 1
    bea = factory.account(1)
    assert isinstance(factory.service.use_recovery_code("c", bea.id, codes[1], now), Wrong)


def test_recovery_code_used_at_once_has_one_winner(factory: Factory, ans: Account) -> None:
    """Of fifty, each in an attempt of its own, one is in."""
    _, _, codes = factory.with_app(ans)
    now, attempts = factory.clock.now, iter(range(THREADS))
    seen = at_once(
        lambda: factory.service.use_recovery_code(f"attempt {next(attempts)}", ans.id, codes[0], now)
    )
    assert seen.count(Right(FactorKind.RECOVERY)) == 1
    assert factory.service.recovery_codes_left(ans.id) == 9


def test_wrong_codes_of_a_day_close_one_kind_and_no_other(factory: Factory, ans: Account) -> None:
    """Twenty over all attempts (B4-05); the owner's other ways stay open, and tomorrow this one too."""
    _, secret, codes = factory.with_app(ans)
    factory.with_phone(ans)
    for number in range(20):
        wrong = _answer(factory, ans, "000000", kind=FactorKind.TOTP, attempt=f"guess {number}")
        assert isinstance(wrong, Wrong)
    factory.clock.advance(seconds=60)
    shown = _answer(factory, ans, factory.app_code(secret), kind=FactorKind.TOTP, attempt="owner")
    assert shown == Spent(SpentBy.DAY)
    _send(factory, ans, attempt="owner")
    assert _answer(factory, ans, factory.next_code(), attempt="owner") == Right(FactorKind.SMS)
    by_code = factory.service.use_recovery_code("owner", ans.id, codes[0], factory.clock.now)
    assert by_code == Right(FactorKind.RECOVERY)
    factory.clock.advance(seconds=timedelta(days=1).total_seconds())
    shown = _answer(factory, ans, factory.app_code(secret), kind=FactorKind.TOTP, attempt="tomorrow")
    assert shown == Right(FactorKind.TOTP)


def test_right_codes_of_a_day_close_nothing(factory: Factory, ans: Account) -> None:
    """Somebody who logs in thirty times a day is no guesser."""
    _, secret, _ = factory.with_app(ans)
    for number in range(30):
        factory.clock.advance(seconds=30)
        shown = _answer(
            factory, ans, factory.app_code(secret), kind=FactorKind.TOTP, attempt=f"login {number}"
        )
        assert shown == Right(FactorKind.TOTP)


def test_used_up_budget_sends_nothing_and_closes_nothing(factory: Factory, ans: Account) -> None:
    """The answer does not say which; the log does. The code that is out, and the app, still work."""
    factory.with_phone(ans)
    _, secret, _ = factory.with_app(ans)
    _send(factory, ans)
    code = factory.next_code()
    factory.clock.advance(seconds=30)
    factory.purse.refusing = "number"
    factor = factory.factor(ans, FactorKind.SMS)
    now = factory.clock.now
    refused = factory.service.send_code(ATTEMPT, factor, account_id=ans.id, purpose=LOGIN, now=now)
    assert refused == NotNow(Delay.NOT_NOW)
    assert factory.messages.lease(now, now) is None
    assert factory.events()[-1] == "second-factor.code-not-sent"
    assert "budget-number" in factory.audit_text()
    assert _answer(factory, ans, code) == Right(FactorKind.SMS)
    shown = _answer(factory, ans, factory.app_code(secret), kind=FactorKind.TOTP, attempt="by app")
    assert shown == Right(FactorKind.TOTP)


def test_code_of_a_factor_that_was_removed_is_worth_nothing(factory: Factory, ans: Account) -> None:
    """Removed in another window while the code was on its way."""
    factor = factory.with_phone(ans)
    _send(factory, ans)
    code = factory.next_code()
    assert factory.upkeep.remove(ans, factor.id, now=factory.clock.now)
    now = factory.clock.now
    outcome = factory.service.answer(ATTEMPT, factor, code, account_id=ans.id, purpose=LOGIN, now=now)
    assert outcome == Wrong(MOST_GUESSES - 1)


def test_language_of_the_page_is_that_of_the_message(factory: Factory, ans: Account) -> None:
    """Brand, purpose and warning included."""
    factory.with_phone(ans)
    factory.language = "en"
    _send(factory, ans)
    message = factory.next_message()
    text = message.content.decode()
    assert "is your code to log in at CZ. Do not share this code with anyone." in text
    assert (message.brand, message.purpose, message.recipient) == ("cz", "second-factor.login", MOBILE)
    assert message.expires_at == factory.clock.now + CODE_LIFETIME


def test_nothing_personal_stands_open_in_any_store(factory: Factory, ans: Account, redis_url: str) -> None:
    """No number, secret, code or recovery code, in no dress, neither in Redis nor in the database."""
    factory.with_phone(ans)
    _, secret, codes = factory.with_app(ans)
    factory.enrolments.begin_phone("pending", ans, LANDLINE, FactorKind.VOICE)
    _send(factory, ans)
    markers = Markers()
    for what, value in (("number", MOBILE), ("landline", LANDLINE), ("secret", secret), ("attempt", ATTEMPT)):
        markers.add(what, value)
    markers.add("number without country", MOBILE[3:])
    for code in codes:
        markers.add("recovery code", code)
        markers.add("recovery code without hyphens", code.replace("-", ""))
    with factory.database.reading() as connection:
        rows = [connection.execute(select(table)).all() for table in METADATA.sorted_tables]
    in_redis = _dump(redis_url)
    assert markers.found_in(repr(rows).encode()) == []
    assert markers.found_in(in_redis) == []
    sent = factory.next_code().encode()
    assert b"code\x00" in in_redis
    assert b"\x00" + sent + b"\x00" not in in_redis


def _dump(url: str) -> bytes:
    """All keys, fields and values, each with a zero behind it."""
    redis: Any = Redis.from_url(url)
    found: list[bytes] = []
    for key in redis.scan_iter():
        found.append(key)
        if redis.type(key) == b"hash":
            found += [part for pair in redis.hgetall(key).items() for part in pair]
        else:
            found.append(redis.get(key) or b"")
    redis.close()
    return b"\x00".join([*found, b""])


def test_secret_moved_to_another_row_does_not_open(factory: Factory, ans: Account) -> None:
    """What is sealed belongs to its account, factor and kind (A60)."""
    bea = factory.account(1)
    factor, theirs = factory.with_phone(ans), factory.with_phone(bea)
    with factory.database.writing() as connection:
        sealed = connection.execute(
            select(SECOND_FACTORS.c.secret_sealed).where(SECOND_FACTORS.c.id == theirs.id)
        ).scalar_one()
        connection.execute(
            SECOND_FACTORS.update().where(SECOND_FACTORS.c.id == factor.id).values(secret_sealed=sealed)
        )
    with pytest.raises(Exception, match="belongs somewhere else"):
        factory.factors.secret(factor.id)
