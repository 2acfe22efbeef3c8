"""J12 and J24, telephone lost: an operator resets the second factors, and their owner sets up new ones."""

from __future__ import annotations

import re

import pytest

from broker.domain.accounts import AccountState
from broker.domain.second_factors import FactorKind
from tests.support.account_area import CONFIRM_CODE, inside
from tests.support.business import IZA, ZAKELIJK, Colleague
from tests.support.deployment import Deployment

pytestmark = pytest.mark.flow


def _reset(
    deployment: Deployment, someone: Colleague, *options: str, typed: str = ""
) -> tuple[int, str, str]:
    """`broker account reset-factors`: how it ended and what it said."""
    person = ("--brand", someone.account.brand, "--email", someone.account.email)
    told = deployment.account("reset-factors", *person, *options, typed=typed)
    assert "Traceback" not in told.stderr
    return told.returncode, told.stdout, told.stderr


def test_reset_takes_every_factor_tells_the_owner_and_ends_all_sessions(deployment: Deployment) -> None:
    """App, telephone, recovery codes; a mail, a text to the old number, events, and no living token."""
    business = deployment.business
    marieke = business.colleague().with_app().with_phone("+31612345555").with_recovery_codes()
    marieke = inside(marieke)
    tokens = marieke.portal.tokens(marieke.page.url, marieke.attempt)
    story = deployment.system.story()
    assert _reset(deployment, marieke, "--yes") == (
        0,
        f"Account {marieke.account.id} has no second factor any more; there were 2.\n",
        "",
    )
    assert (marieke.kinds, marieke.factors.codes_left(marieke.account.id)) == ([], 0)
    assert sorted(story.kinds()) == [
        "second-factor.notice-sent",
        "second-factor.removed",
        "second-factor.removed",
        "session.ended",
    ]
    removed = [event for event in story.events() if event.kind == "second-factor.removed"]
    assert {event.detail["reason"] for event in removed} == {"reset"}
    assert marieke.portal.userinfo(tokens.access_token).status_code == 401
    assert business.worker.mails_to(marieke.account.email)[-1] == "Uw tweestapsverificatie is gereset – CZ"
    assert business.worker.desk.taken[-1].body["to"] == "+31612345555"
    assert "op dit nummer krijgt u geen codes meer" in business.worker.desk.taken[-1].body["text"]


def test_owner_sets_up_a_new_factor_at_the_next_login(deployment: Deployment) -> None:
    """Where the portal demands one; an old recovery code is worth nothing, and the old app neither."""
    marieke = deployment.business.colleague(ZAKELIJK).with_app().with_recovery_codes()
    assert _reset(deployment, marieke, "--yes")[0] == 0
    page = marieke.log_in()
    assert page.heading == "Kies hoe u de verificatiecode wilt ontvangen"
    marieke.browser.press("Code ontvangen via een app")
    found = marieke.page.soup.select_one(".secret-text")
    assert found is not None
    secret = found.get_text(strip=True).replace(" ", "")
    marieke.browser.press("Verder")
    marieke.browser.press(CONFIRM_CODE, code=marieke.app_code(secret=secret))
    assert marieke.kinds == [FactorKind.TOTP]


def test_login_that_waits_for_the_lost_factor_is_offered_a_new_one(deployment: Deployment) -> None:
    """Who stands at the code when it is reset goes on in the same attempt."""
    marieke = deployment.business.colleague(ZAKELIJK).with_app()
    assert marieke.log_in().heading == "Vul de verificatiecode in"
    assert _reset(deployment, marieke, "--yes")[0] == 0
    page = marieke.browser.press(CONFIRM_CODE, code=marieke.app_code())
    assert not marieke.is_in
    assert page.heading == "Kies hoe u de verificatiecode wilt ontvangen"


def test_reset_asks_first_and_says_when_there_is_nothing(deployment: Deployment) -> None:
    """No answer is no; nothing happens twice, and nobody is told of nothing."""
    pieter = deployment.business.colleague(IZA).with_app()
    code, told, _ = _reset(deployment, pieter, typed="n\n")
    assert (code, pieter.kinds) == (1, [FactorKind.TOTP])
    assert "Reset?" in told
    assert _reset(deployment, pieter, "--yes")[0] == 0
    story = deployment.system.story()
    assert _reset(deployment, pieter, "--yes")[1] == f"Account {pieter.account.id} had no second factor.\n"
    assert story.kinds() == []
    assert len(deployment.business.worker.mails_to(pieter.account.email)) == 1


def test_reset_in_english_and_of_nobody(deployment: Deployment) -> None:
    """The operator says in which language the owner is told; an address without account is a sentence."""
    pieter = deployment.business.colleague(IZA, state=AccountState.DISABLED).with_app()
    assert _reset(deployment, pieter, "--yes", "--language", "en")[0] == 0
    subjects = deployment.business.worker.mails_to(pieter.account.email)
    assert subjects == ["Your two-step verification was reset – IZA"]
    told = deployment.account("reset-factors", "--yes", "--brand", "iza", "--email", "nobody@bedrijf.example")
    assert (told.returncode, told.stdout) == (1, "")
    assert re.search("no account", told.stderr)
