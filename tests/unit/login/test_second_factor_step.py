"""The login table for passwords: when a second factor is asked, offered, or not needed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.assurance import AccountLevel, Assurance, DigidLevel, Scheme
from broker.domain.factor_strength import level_by, strongest
from broker.domain.identity import AccountIdentity, Evidence
from broker.domain.second_factors import FactorKind
from broker.login.pipeline import advance
from broker.login.progress import (
    AskProvider,
    AskSecondFactor,
    EarlierLogin,
    GoUpstream,
    Grant,
    LookUp,
    OfferEnrolment,
    Progress,
    Refuse,
)
from broker.login.steps.grant import grant
from broker.login.transaction import Wish

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOTP, SMS, VOICE = FactorKind.TOTP, FactorKind.SMS, FactorKind.VOICE
ACCOUNT = Account(
    AccountId("b1"), "cz", AccountType.BUSINESS, AccountState.ACTIVE, "Bea", "bea@bedrijf.example", b"s" * 32
)
WHO = AccountIdentity(ACCOUNT.id)


def by(level: AccountLevel) -> Assurance:
    """A login of our own at this level."""
    return Assurance(Scheme.PASSWORD, level)


def wish(required: AccountLevel, *offered: FactorKind) -> Wish:
    """What a business portal demands, and what people may set up there."""
    return Wish(required=(by(required),), account_type=AccountType.BUSINESS, second_factors=offered)


START = Progress("cz", "zakelijk", wish(AccountLevel.PASSWORD), NOW)
EVIDENCE = Evidence("cz", WHO, by(AccountLevel.PASSWORD), NOW - timedelta(seconds=5))
EARLIER = EarlierLogin(
    "sid",
    ACCOUNT.id,
    AccountType.BUSINESS,
    "zakelijk",
    by(AccountLevel.PASSWORD),
    NOW - timedelta(minutes=40),
)


def proven(
    level: AccountLevel, owned: tuple[FactorKind, ...], required: AccountLevel, *offered: FactorKind
) -> Progress:
    """Somebody who got this far, whose account was looked up."""
    return replace(
        START,
        wish=wish(required, *offered),
        evidence=replace(EVIDENCE, assurance=by(level)),
        account=ACCOUNT,
        factors=owned,
    )


OWNED = [(), (SMS,), (VOICE,), (TOTP,), (SMS, TOTP)]
LEVELS = [AccountLevel.PASSWORD, AccountLevel.SMS, AccountLevel.TOTP]
# For each level proven and required, per set of factors owned: what is asked ("ask …", "offer", "grant").
TABLE: dict[tuple[AccountLevel, AccountLevel], list[str]] = {
    (AccountLevel.PASSWORD, AccountLevel.PASSWORD): [
        "grant",
        "ask sms",
        "ask voice",
        "ask totp",
        "ask sms totp",
    ],
    (AccountLevel.PASSWORD, AccountLevel.SMS): [
        "offer sms totp",
        "ask sms",
        "ask voice",
        "ask totp",
        "ask sms totp",
    ],
    (AccountLevel.PASSWORD, AccountLevel.TOTP): [
        "offer totp",
        "ask sms",
        "ask voice",
        "ask totp",
        "ask totp",
    ],
    (AccountLevel.SMS, AccountLevel.PASSWORD): ["grant"] * 5,
    (AccountLevel.SMS, AccountLevel.SMS): ["grant"] * 5,
    (AccountLevel.SMS, AccountLevel.TOTP): ["offer totp", "offer totp", "offer totp", "ask totp", "ask totp"],
    (AccountLevel.TOTP, AccountLevel.PASSWORD): ["grant"] * 5,
    (AccountLevel.TOTP, AccountLevel.SMS): ["grant"] * 5,
    (AccountLevel.TOTP, AccountLevel.TOTP): ["grant"] * 5,
}
CASES = [
    (level, required, owned, TABLE[level, required][index])
    for level, required in itertools.product(LEVELS, LEVELS)
    for index, owned in enumerate(OWNED)
]


def told(progress: Progress) -> str:
    """The decision in the words of the table."""
    match advance(progress):
        case Grant():
            return "grant"
        case AskSecondFactor(kinds):
            return " ".join(["ask", *kinds])
        case OfferEnrolment(kinds):
            return " ".join(["offer", *kinds])
        case Refuse(reason):
            return reason
        case other:
            return type(other).__name__


@pytest.mark.parametrize(("level", "required", "owned", "expected"), CASES)
def test_second_factor_follows_from_what_is_proven_required_and_owned(
    level: AccountLevel, required: AccountLevel, owned: tuple[FactorKind, ...], expected: str
) -> None:
    """Once set up it is asked at every login (J23); a portal may demand it; SMS is never worth an app."""
    assert told(proven(level, owned, required, SMS, TOTP)) == expected


@pytest.mark.parametrize(("level", "required", "owned", "expected"), CASES)
def test_no_step_lets_in_below_the_level_required(
    level: AccountLevel, required: AccountLevel, owned: tuple[FactorKind, ...], expected: str
) -> None:
    """The door itself looks at the level, whatever the steps before it did."""
    decision = grant(proven(level, owned, required, SMS, TOTP))
    if by(level).meets(by(required)):
        assert isinstance(decision, Grant)
    else:
        assert decision == Refuse("level-too-low")


def test_portal_that_offers_nothing_strong_enough_refuses() -> None:
    """There is no way on, so the door stays shut; the reason names what is missing."""
    assert told(proven(AccountLevel.PASSWORD, (), AccountLevel.TOTP, SMS, VOICE)) == "authenticator-missing"
    assert told(proven(AccountLevel.SMS, (SMS,), AccountLevel.TOTP, SMS, VOICE)) == "authenticator-missing"
    assert told(proven(AccountLevel.PASSWORD, (), AccountLevel.SMS)) == "second-factor-missing"


def test_owner_of_a_weak_factor_shows_it_before_setting_up_a_strong_one() -> None:
    """A stolen password adds no factor beside the one that protects the account."""
    assert told(proven(AccountLevel.PASSWORD, (SMS,), AccountLevel.TOTP, TOTP)) == "ask sms"
    assert told(proven(AccountLevel.SMS, (SMS,), AccountLevel.TOTP, TOTP)) == "offer totp"


def test_password_leads_to_its_account_and_the_factors_of_that() -> None:
    """One look-up brings both; a factor is never assumed to be absent."""
    assert advance(replace(START, evidence=EVIDENCE)) == LookUp(WHO, with_factors=True)


def test_choice_of_the_form_asks_what_the_portal_requires() -> None:
    """The same table decides whether the portal has passwords at all."""
    assert advance(replace(START, chosen=Scheme.PASSWORD)) == GoUpstream(by(AccountLevel.PASSWORD))
    assert advance(replace(START, chosen=Scheme.DIGID)) == Refuse("provider-not-allowed")


@pytest.mark.parametrize("state", [state for state in AccountState if state is not AccountState.ACTIVE])
def test_account_that_is_not_active_lets_nobody_in(state: AccountState) -> None:
    """Invited, held, disabled or erased: the right password and factor change nothing."""
    there = proven(AccountLevel.TOTP, (TOTP,), AccountLevel.PASSWORD)
    assert advance(replace(there, account=replace(ACCOUNT, state=state))) == Refuse("account-disabled")
    asked = proven(AccountLevel.PASSWORD, (TOTP,), AccountLevel.TOTP)
    assert advance(replace(asked, account=replace(ACCOUNT, state=state))) == Refuse("account-disabled")


@pytest.mark.parametrize("change", [{"type": AccountType.CONSUMER}, {"brand": "vgz"}])
def test_account_of_another_kind_or_brand_is_not_asked_for_a_factor(change: dict[str, object]) -> None:
    """Who may not come in at all is told nothing of factors."""
    there = proven(AccountLevel.PASSWORD, (TOTP,), AccountLevel.TOTP)
    assert advance(replace(there, account=replace(ACCOUNT, **change))) == Refuse("no-account")  # type: ignore[arg-type]  # of a test's table.


def test_evidence_by_password_opens_no_portal_of_digid() -> None:
    """A portal's list of ways is looked at again when the evidence is there."""
    digid = Wish((Assurance(Scheme.DIGID, DigidLevel.BASIS),), AccountType.BUSINESS)
    assert advance(replace(START, wish=digid, evidence=EVIDENCE, account=ACCOUNT)) == Refuse(
        "provider-not-allowed"
    )


# The running session.


def test_session_by_password_serves_every_business_portal_of_its_brand() -> None:
    """One login, all portals of the brand; the account is looked up without its factors."""
    there = replace(START, portal="other", earlier=EARLIER)
    assert advance(there) == LookUp(WHO)
    decision = advance(replace(there, account=ACCOUNT))
    assert isinstance(decision, Grant)
    assert decision.by_earlier_login


def test_session_lends_its_password_to_an_attempt_for_a_higher_level() -> None:
    """Step-up asks only for what is missing."""
    there = replace(START, portal="other", wish=wish(AccountLevel.TOTP, TOTP), earlier=EARLIER)
    assert advance(there) == LookUp(WHO, with_factors=True)
    known = replace(there, account=ACCOUNT, factors=(SMS, TOTP))
    assert advance(known) == AskSecondFactor((TOTP,))


def test_session_with_a_code_by_telephone_is_raised_by_an_app() -> None:
    """The order of the factors counts, not their number."""
    by_sms = replace(EARLIER, assurance=by(AccountLevel.SMS))
    there = replace(START, wish=wish(AccountLevel.TOTP, TOTP), earlier=by_sms, account=ACCOUNT)
    assert advance(replace(there, factors=(SMS, TOTP))) == AskSecondFactor((TOTP,))


@pytest.mark.parametrize("owned", [(), (SMS,)])
def test_session_whose_owner_lacks_the_factor_leads_to_a_new_login(owned: tuple[FactorKind, ...]) -> None:
    """A factor is set up after a password that was given just now, never by a session alone."""
    there = replace(START, wish=wish(AccountLevel.TOTP, TOTP), earlier=EARLIER, account=ACCOUNT)
    assert advance(replace(there, factors=owned)) == AskProvider((Scheme.PASSWORD,))


@pytest.mark.parametrize(
    "progress",
    [
        replace(START, earlier=EARLIER, wish=replace(wish(AccountLevel.TOTP), fresh=True)),
        replace(START, earlier=EARLIER, wish=replace(wish(AccountLevel.TOTP), max_age_seconds=2399)),
        replace(
            START,
            earlier=replace(EARLIER, account_type=AccountType.CONSUMER),
            wish=wish(AccountLevel.TOTP),
        ),
        replace(
            START,
            earlier=replace(EARLIER, assurance=Assurance(Scheme.DIGID, DigidLevel.HOOG)),
            wish=wish(AccountLevel.TOTP),
        ),
    ],
    ids=["prompt=login", "max_age", "other kind", "other scheme"],
)
def test_session_that_does_not_fit_lends_nothing(progress: Progress) -> None:
    """The whole login again."""
    known = replace(progress, account=ACCOUNT, factors=(TOTP,))
    assert advance(known) == AskProvider((Scheme.PASSWORD,))


def test_silent_request_never_asks_for_a_factor() -> None:
    """prompt=none shows no page, also when a factor would be all that is missing."""
    silent = replace(wish(AccountLevel.TOTP, TOTP), silent=True)
    there = replace(START, wish=silent, earlier=EARLIER, account=ACCOUNT, factors=(TOTP,))
    assert advance(there) == Refuse("login-required")


# Evidence that waits.


def waiting(minutes: float, *, lent_minutes_ago: float | None = None) -> Progress:
    """A password that was given some minutes ago and waits for its factor."""
    asked = proven(AccountLevel.PASSWORD, (TOTP,), AccountLevel.TOTP)
    evidence = replace(EVIDENCE, authenticated_at=NOW - timedelta(minutes=minutes))
    lent_at = None if lent_minutes_ago is None else NOW - timedelta(minutes=lent_minutes_ago)
    return replace(asked, evidence=evidence, evidence_was_kept=True, lent_at=lent_at)


@pytest.mark.parametrize(
    ("progress", "asked"),
    [
        (waiting(15), True),
        (waiting(15.1), False),
        (waiting(60, lent_minutes_ago=15), True),
        (waiting(60, lent_minutes_ago=15.1), False),
    ],
)
def test_password_waits_a_quarter_of_an_hour_for_its_factor(progress: Progress, *, asked: bool) -> None:
    """From when it was given, or from when a running session lent it."""
    assert advance(progress) == (AskSecondFactor((TOTP,)) if asked else Refuse("evidence-too-old"))


def test_max_age_does_not_end_a_login_that_goes_on() -> None:
    """`max_age=0` asks for a login of now; typing a code takes a moment."""
    now = waiting(2)
    young = replace(now, wish=replace(now.wish, max_age_seconds=0))
    assert advance(young) == AskSecondFactor((TOTP,))


@pytest.mark.parametrize(
    ("minutes", "max_age_seconds", "accepted"),
    [(4.9, 300, True), (5.1, 300, False), (14.9, None, True), (0.1, 0, True)],
)
def test_login_to_which_no_factor_is_missing_waits_as_long_as_the_portal_allows(
    minutes: float, max_age_seconds: int | None, *, accepted: bool
) -> None:
    """While somebody chooses a collectivity or keeps recovery codes; 0 asks for a login of now."""
    at_door = proven(AccountLevel.TOTP, (TOTP,), AccountLevel.TOTP)
    evidence = replace(at_door.evidence or EVIDENCE, authenticated_at=NOW - timedelta(minutes=minutes))
    asked = replace(at_door, evidence=evidence, wish=replace(at_door.wish, max_age_seconds=max_age_seconds))
    decision = advance(replace(asked, evidence_was_kept=True))
    assert isinstance(decision, Grant) if accepted else decision == Refuse("evidence-too-old")
    assert isinstance(advance(asked), Grant)


def test_lent_password_sets_no_factor_up_when_the_owners_own_is_gone() -> None:
    """The factor was removed while the attempt waited: the whole login again."""
    there = replace(waiting(60, lent_minutes_ago=1), factors=())
    offering = replace(there, wish=replace(there.wish, second_factors=(TOTP,)))
    assert advance(offering) == AskProvider((Scheme.PASSWORD,))


# What a factor is worth.


@pytest.mark.parametrize(
    ("kind", "owned", "level"),
    [
        (TOTP, (TOTP,), AccountLevel.TOTP),
        (SMS, (SMS,), AccountLevel.SMS),
        (VOICE, (VOICE,), AccountLevel.SMS),
        (FactorKind.RECOVERY, (SMS,), AccountLevel.SMS),
        (FactorKind.RECOVERY, (SMS, TOTP), AccountLevel.TOTP),
        (FactorKind.RECOVERY, (), AccountLevel.PASSWORD),
        (FactorKind.RECOVERY, (FactorKind.RECOVERY,), AccountLevel.PASSWORD),
    ],
)
def test_factor_is_worth_its_kind(
    kind: FactorKind, owned: tuple[FactorKind, ...], level: AccountLevel
) -> None:
    """A call is worth a text message; a recovery code what it stands in for, and nothing by itself."""
    assert level_by(kind, owned) is level


def test_reach_of_a_portal_is_that_of_the_factors_it_offers() -> None:
    """DigiD always reaches its highest; a password what is offered beside it."""
    assert strongest(Scheme.DIGID, (SMS,)) == Assurance(Scheme.DIGID, DigidLevel.HOOG)
    assert strongest(Scheme.PASSWORD, ()) == by(AccountLevel.PASSWORD)
    assert strongest(Scheme.PASSWORD, (SMS, VOICE)) == by(AccountLevel.SMS)
    assert strongest(Scheme.PASSWORD, (SMS, TOTP)) == by(AccountLevel.TOTP)


def test_evidence_is_raised_and_never_lowered() -> None:
    """A code by telephone after an app leaves the level of the app; the moment is that of the last proof."""
    raised = EVIDENCE.strengthened(AccountLevel.TOTP, NOW)
    assert (raised.assurance, raised.authenticated_at) == (by(AccountLevel.TOTP), NOW)
    assert raised.strengthened(AccountLevel.SMS, NOW).assurance == by(AccountLevel.TOTP)
