"""The login table: which decision follows from what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broker.domain.accounts import Account, AccountId, AccountState, AccountType, WithoutAccount
from broker.domain.assurance import Assurance, DigidLevel, EherkenningLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import DigidIdentity, EherkenningIdentity, Evidence
from broker.domain.organisation import KvkNumber
from broker.domain.representation import LegalSubject, Representation
from broker.login.pipeline import STEPS, advance
from broker.login.progress import (
    AskProvider,
    EarlierLogin,
    GoUpstream,
    Grant,
    LookUp,
    NoAccount,
    OfferBinding,
    OfferRegistration,
    Progress,
    Refuse,
)
from broker.login.transaction import Wish

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MIDDEN = Assurance(Scheme.DIGID, DigidLevel.MIDDEN)
BASIS = Assurance(Scheme.DIGID, DigidLevel.BASIS)
HOOG = Assurance(Scheme.DIGID, DigidLevel.HOOG)
WHO = DigidIdentity(Bsn("999990019"))
WISH = Wish(required=(MIDDEN,), account_type=AccountType.CONSUMER)
START = Progress("cz", "mijn-cz", WISH, NOW)
ACCOUNT = Account(
    AccountId("a1"), "cz", AccountType.CONSUMER, AccountState.ACTIVE, "Ans", "ans@example.org", b"s" * 32
)
EVIDENCE = Evidence("cz", WHO, MIDDEN, NOW - timedelta(seconds=5))
EARLIER = EarlierLogin("sid", ACCOUNT.id, AccountType.CONSUMER, "mijn-cz", MIDDEN, NOW - timedelta(minutes=5))


def test_pipeline_steps_stand_in_their_order() -> None:
    """The order is the security review; changing it must be on purpose."""
    names = [step.name for step in STEPS]
    assert names == [
        "choose provider",
        "authenticate",
        "check age",
        "check assurance",
        "check representation",
        "resolve account",
        "second factor",
        "check max age",
        "choose collectivity",
        "grant",
    ]


EH2PLUS = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH2PLUS)
EH3 = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH3)
BAKERY = LegalSubject(KvkNumber("90001354"))
BUSINESS = Wish(required=(EH2PLUS,), account_type=AccountType.BUSINESS, represented=True)
AT_WORK = replace(START, brand="zz", portal="mijnzz-zakelijk", wish=BUSINESS)
REPRESENTED = Evidence(
    "zz",
    EherkenningIdentity("a1b2c3d4e5f6a7b8@c9d0", BAKERY),
    EH2PLUS,
    NOW - timedelta(seconds=5),
    represents=Representation(BAKERY, service="uuid", mandate="_m"),
)
WORKER = replace(ACCOUNT, brand="zz", type=AccountType.BUSINESS)


def test_represented_login_is_granted_where_it_is_understood() -> None:
    """The control: level, account and portal are right."""
    decision = advance(replace(AT_WORK, evidence=REPRESENTED, account=WORKER))
    assert isinstance(decision, Grant)
    assert decision.authentication.assurance == EH2PLUS


def test_represented_login_is_refused_where_it_is_not_understood() -> None:
    """A portal that ignores who is represented would show the person's own things, or everything."""
    wish = replace(BUSINESS, represented=False)
    decision = advance(replace(AT_WORK, wish=wish, evidence=REPRESENTED, account=WORKER))
    assert decision == Refuse("representation-not-understood")


def test_identity_that_belongs_to_no_account_may_be_bound() -> None:
    """By a code that somebody else handed out; nobody makes a business account by logging in."""
    wish = replace(BUSINESS, without_account=WithoutAccount.REGISTER)
    assert advance(replace(AT_WORK, wish=wish, evidence=REPRESENTED, account=NoAccount())) == OfferBinding()


def test_level_of_eherkenning_below_what_is_asked_is_refused() -> None:
    """eH2+ is not enough where the portal asks eH3."""
    wish = replace(BUSINESS, required=(EH3,))
    decision = advance(replace(AT_WORK, wish=wish, evidence=REPRESENTED, account=WORKER))
    assert decision == Refuse("level-too-low")


def test_session_by_eherkenning_serves_its_own_portal_only() -> None:
    """The mandate is for a service, and another portal may be another one."""
    earlier = EarlierLogin("sid", WORKER.id, AccountType.BUSINESS, "mijnzz-zakelijk", EH2PLUS, NOW)
    here = replace(AT_WORK, earlier=earlier, account=WORKER)
    assert isinstance(advance(here), Grant)
    assert advance(replace(here, portal="other")) == AskProvider((Scheme.EHERKENNING,))
    assert advance(replace(here, wish=replace(BUSINESS, required=(EH3,)))) == AskProvider(
        (Scheme.EHERKENNING,)
    )


def test_newcomer_is_asked_for_a_provider() -> None:
    """Nothing known: show the ways that the portal allows."""
    assert advance(START) == AskProvider((Scheme.DIGID,))


def test_choice_leads_upstream_with_the_level_required() -> None:
    """The level asked is the portal's, not the visitor's."""
    assert advance(replace(START, chosen=Scheme.DIGID)) == GoUpstream(MIDDEN)


def test_silent_request_of_a_newcomer_is_refused_without_a_page() -> None:
    """prompt=none never shows anything (OpenID Connect Core 3.1.2.1)."""
    assert advance(replace(START, wish=replace(WISH, silent=True))) == Refuse("login-required")


def test_provider_that_the_portal_does_not_allow_is_refused() -> None:
    """A button that is not on the page leads nowhere."""
    assert advance(replace(START, wish=replace(WISH, required=()), chosen=Scheme.DIGID)) == Refuse(
        "provider-not-allowed"
    )


def test_evidence_leads_to_its_account() -> None:
    """Whoever is vouched for is looked up by identity."""
    assert advance(replace(START, evidence=EVIDENCE)) == LookUp(WHO)


def test_evidence_below_the_level_is_refused_before_any_look_up() -> None:
    """The level returned is compared with the level required (ASVS 6.8.4)."""
    weak = replace(EVIDENCE, assurance=BASIS)
    assert advance(replace(START, evidence=weak)) == Refuse("level-too-low")
    assert advance(replace(START, evidence=weak, account=ACCOUNT)) == Refuse("level-too-low")


def test_evidence_above_the_level_is_granted_as_it_is() -> None:
    """A higher level than asked is welcome and told truthfully."""
    decision = advance(replace(START, evidence=replace(EVIDENCE, assurance=HOOG), account=ACCOUNT))
    assert isinstance(decision, Grant)
    assert decision.authentication.assurance == HOOG


def test_evidence_of_another_brand_is_refused() -> None:
    """Nothing leaks from one brand to another."""
    foreign = replace(EVIDENCE, brand="vgz")
    assert advance(replace(START, evidence=foreign, account=ACCOUNT)) == Refuse("evidence-of-other-brand")


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (NoAccount(), "no-account"),
        (replace(ACCOUNT, brand="vgz"), "no-account"),
        (replace(ACCOUNT, type=AccountType.BUSINESS), "no-account"),
        (replace(ACCOUNT, state=AccountState.DISABLED), "account-disabled"),
    ],
)
def test_evidence_without_a_usable_account_is_refused(account: Account | NoAccount, reason: str) -> None:
    """An identity alone opens nothing."""
    assert advance(replace(START, evidence=EVIDENCE, account=account)) == Refuse(reason)


def test_person_without_an_account_may_register_where_the_portal_says_so() -> None:
    """J3: vouched for, nobody in the store, and the portal lets people make an account."""
    wish = replace(WISH, without_account=WithoutAccount.REGISTER)
    newcomer = replace(START, wish=wish, evidence=EVIDENCE, account=NoAccount())
    assert advance(newcomer) == OfferRegistration()
    assert advance(replace(newcomer, evidence=replace(EVIDENCE, assurance=BASIS))) == Refuse("level-too-low")
    assert advance(replace(newcomer, account=replace(ACCOUNT, brand="vgz"))) == Refuse("no-account")


def test_running_session_of_an_account_that_is_gone_offers_no_registration() -> None:
    """Nobody vouches for anybody at this moment, so there is nothing to register with."""
    wish = replace(WISH, without_account=WithoutAccount.REGISTER)
    assert advance(replace(START, wish=wish, earlier=EARLIER, account=NoAccount())) == Refuse("no-account")


@pytest.mark.parametrize(
    ("minutes", "max_age_seconds", "accepted"),
    [
        (15, None, True),
        (15.1, None, False),
        (4.9, 300, True),
        (5.1, 300, False),
        (14.9, 0, True),
        (15.1, 0, False),
    ],
)
def test_kept_evidence_opens_the_door_for_a_quarter_of_an_hour(
    minutes: float, max_age_seconds: int | None, accepted: bool
) -> None:
    """What waited while somebody registered or chose is as young as a session of DigiD, or as was asked.

    With 0 a portal asks for a login of this attempt; no earlier one is kept for it.
    """
    evidence = replace(EVIDENCE, authenticated_at=NOW - timedelta(minutes=minutes))
    wish = replace(WISH, max_age_seconds=max_age_seconds)
    waiting = replace(START, wish=wish, evidence=evidence, account=ACCOUNT)
    decision = advance(replace(waiting, evidence_was_kept=True))
    assert isinstance(decision, Grant) if accepted else decision == Refuse("evidence-too-old")
    assert isinstance(advance(waiting), Grant)


def test_evidence_with_an_account_is_granted() -> None:
    """The straight road, with the provider's own moment of login."""
    decision = advance(replace(START, evidence=EVIDENCE, account=ACCOUNT))
    assert isinstance(decision, Grant)
    assert not decision.by_earlier_login
    assert decision.authentication.account_id == ACCOUNT.id
    assert decision.authentication.authenticated_at == EVIDENCE.authenticated_at


def test_earlier_login_at_the_same_portal_is_enough() -> None:
    """A running session answers at once, with its own moment of login."""
    decision = advance(replace(START, earlier=EARLIER, account=ACCOUNT))
    assert isinstance(decision, Grant)
    assert decision.by_earlier_login
    assert decision.authentication.authenticated_at == EARLIER.authenticated_at


def test_earlier_login_of_a_disabled_account_is_refused() -> None:
    """The account is looked at again every time."""
    disabled = replace(ACCOUNT, state=AccountState.DISABLED)
    assert advance(replace(START, earlier=EARLIER, account=disabled)) == Refuse("account-disabled")


@pytest.mark.parametrize(
    "progress",
    [
        replace(START, earlier=replace(EARLIER, portal="other")),
        replace(START, earlier=replace(EARLIER, assurance=BASIS)),
        replace(START, earlier=replace(EARLIER, account_type=AccountType.BUSINESS)),
        replace(START, earlier=EARLIER, wish=replace(WISH, fresh=True)),
        replace(START, earlier=EARLIER, wish=replace(WISH, max_age_seconds=299)),
        replace(START, earlier=EARLIER, wish=replace(WISH, required=(HOOG,))),
    ],
    ids=["other portal", "too weak", "other kind", "prompt=login", "max_age", "raised level"],
)
def test_earlier_login_that_does_not_fit_asks_again(progress: Progress) -> None:
    """A DigiD session serves one portal, at its level, as fresh as was asked."""
    assert isinstance(advance(progress), AskProvider)


def test_earlier_login_within_max_age_is_enough() -> None:
    """Five minutes old, five minutes allowed."""
    wish = replace(WISH, max_age_seconds=300)
    assert isinstance(advance(replace(START, earlier=EARLIER, wish=wish, account=ACCOUNT)), Grant)
