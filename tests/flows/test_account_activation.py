"""J19 and J40: somebody is invited, chooses a password by the link in the mail, and logs in."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from sqlalchemy import FromClause, func, select

from broker.accounts.reset.inviting import Invitation
from broker.domain.accounts import Account, AccountState
from broker.storage.accounts import AddressTaken
from broker.storage.passwords import PasswordRepository
from broker.storage.schema import ACCOUNTS, MESSAGES
from broker.web.language import Language
from broker.wiring.repositories import account_repository
from broker.wiring.resets import invitations_by_operator
from tests.support.browser import Page
from tests.support.business import IZA, Business, Colleague
from tests.support.deployment import Deployment
from tests.support.password_links import NEW_PASSWORD, SAVE, Forgetful, fresh, token_of, use
from tests.support.system import System

pytestmark = pytest.mark.flow

CHOOSE, READY, USED = "Kies een wachtwoord", "Uw account is klaar", "Deze link is al gebruikt"
EMAIL, NAME = "ingrid@gemeente.example", "Ingrid Postma"


@pytest.fixture
def invited(business: Business) -> Forgetful:
    """Somebody at IZA who has yet to choose a password."""
    return Forgetful(
        fresh(business), business.colleague(IZA, state=AccountState.INVITED, with_password=False)
    )


def _invite(system: System, email: str, *, language: Language = Language.DUTCH) -> Account:
    with invitations_by_operator(system.settings, system.stores, language) as invitations:
        made = invitations.invite(Invitation("iza", NAME, email, IZA))
    assert not isinstance(made, AddressTaken)
    return made.account


def _enter(colleague: Colleague) -> bool:
    colleague.arrive()
    colleague.browser.press("Inloggen", email=colleague.account.email, password=NEW_PASSWORD)
    return colleague.is_in


def test_invitation_leads_to_a_password_and_into_the_portal(business: Business) -> None:
    """J19: the mail, the page with name, brand and user name, the password, the portal."""
    account = _invite(fresh(business).system, f"first.{EMAIL}")
    colleague = Colleague(business.system, business.worker, IZA, account, business.system.browser())
    person, browser = Forgetful(business, colleague), colleague.browser
    page = browser.follow_link_from_elsewhere(person.link())
    assert page.heading == CHOOSE
    assert all(word in page.text for word in (NAME, account.email, "IZA"))
    assert str(person.mails()[-1].mail["Subject"]) == "Activeer uw account voor Mijn IZA"
    story = business.system.story()
    assert browser.press(SAVE, password=NEW_PASSWORD).heading == READY
    assert story.kinds() == ["account.activated"]
    assert not colleague.has_session
    (way_on,) = browser.page.soup.select("main a.button")
    assert (way_on.get_text(strip=True), way_on["href"]) == (
        "Inloggen bij Mijn IZA",
        business.system.settings.portals[IZA].url,
    )
    assert _enter(colleague)
    assert str(person.mails()[-1].mail["Subject"]) == "Uw account voor Mijn IZA is actief"


def test_looking_changes_nothing_and_the_link_works_once(invited: Forgetful) -> None:
    """Mail scanners look as often as they like; the second use is told that all is well."""
    link, system = invited.asked_link(), invited.business.system
    for _ in range(3):
        assert system.browser().follow_link_from_elsewhere(link).heading == CHOOSE
    accounts = account_repository(system.stores)
    found = accounts.get(invited.account.id)
    assert found is not None
    assert found.state is AccountState.INVITED
    use(system.browser(), link)
    page = system.browser().follow_link_from_elsewhere(link)
    assert (page.status, page.heading, page.support_code) == (410, USED, None)
    assert "Inloggen bij Mijn IZA" in page.text
    assert _enter(invited.colleague)


def test_link_is_good_for_seven_days_and_then_offers_a_new_mail(invited: Forgetful) -> None:
    """J40: what happened and what to do; the page behind it answers everybody alike and sends a new link."""
    link, browser = invited.asked_link(), invited.business.system.browser()
    invited.business.pass_time(7 * 86400 - 60)
    assert browser.follow_link_from_elsewhere(link).heading == CHOOSE
    invited.business.pass_time(120)
    page = browser.follow_link_from_elsewhere(link)
    assert (page.status, page.heading) == (410, "Deze link is verlopen")
    assert "7 dagen" in page.text
    browser.follow("Nieuwe e-mail aanvragen")
    assert (
        browser.press("Stuur mij een e-mail", email=invited.account.email).heading == "Controleer uw e-mail"
    )
    assert use(browser, invited.link()).heading == READY


def test_link_that_was_tampered_with_is_explained(invited: Forgetful) -> None:
    """J40: 404, a next step, a code; also where the link of one purpose is used for the other."""
    link, system = invited.asked_link(), invited.business.system
    for spoiled in (link[:-9], link.replace("link=", "link=AA"), link.replace("/activate/", "/reset/")):
        page = system.browser().follow_link_from_elsewhere(spoiled)
        assert (page.status, page.heading) == (404, "Deze link klopt niet")
        assert "Nieuwe e-mail aanvragen" in page.text


def test_new_invitation_kills_the_older_link(business: Business) -> None:
    """Invited again: one account, one good link."""
    system = fresh(business).system
    account = _invite(system, f"second.{EMAIL}")
    person = Forgetful(business, Colleague(system, business.worker, IZA, account, system.browser()))
    first = person.link()
    assert _invite(system, f"SECOND.{EMAIL}").id == account.id
    page = system.browser().follow_link_from_elsewhere(first)
    assert (page.status, page.heading) == (410, "Deze link werkt niet meer")
    assert use(system.browser(), person.link()).heading == READY
    with invitations_by_operator(system.settings, system.stores, Language.DUTCH) as invitations:
        assert isinstance(invitations.invite(Invitation("iza", NAME, account.email)), AddressTaken)


def test_invitation_in_english_is_english_throughout(business: Business) -> None:
    """The operator says which language; the link opens a page in it."""
    system = fresh(business).system
    account = _invite(system, f"third.{EMAIL}", language=Language.ENGLISH)
    person = Forgetful(business, Colleague(system, business.worker, IZA, account, system.browser()))
    page = system.browser().follow_link_from_elsewhere(person.link())
    assert (page.language, page.heading) == ("en", "Choose a password")
    assert str(person.mails()[-1].mail["Subject"]) == "Activate your account for Mijn IZA"


def test_account_that_was_closed_meanwhile_is_not_opened_by_its_link(invited: Forgetful) -> None:
    """Between look and use an operator closes it: the link does nothing."""
    link, system = invited.asked_link(), invited.business.system
    browser = system.browser()
    browser.follow_link_from_elsewhere(link)
    accounts = account_repository(system.stores)
    assert accounts.set_state(invited.account.id, AccountState.DISABLED)
    assert browser.press(SAVE, password=NEW_PASSWORD).status == 410
    found = accounts.get(invited.account.id)
    assert found is not None
    assert found.state is AccountState.DISABLED
    assert PasswordRepository(system.stores.database).get(invited.account.id) is None


@pytest.mark.parametrize("forged", ["no token", "other site"])
def test_form_that_is_not_ours_activates_nothing(invited: Forgetful, forged: str) -> None:
    """B4-18: whoever knows the link still has to use our own page."""
    link, browser = invited.asked_link(), invited.business.system.browser()
    page: Page = browser.follow_link_from_elsewhere(link)
    field = page.soup.select_one("input[name=csrf_token]")
    assert field is not None
    own = {"link": token_of(link), "csrf_token": str(field["value"]), "password": NEW_PASSWORD}
    address = page.url.partition("?")[0]
    if forged == "no token":
        answer = browser.post_here(address, {**own, "csrf_token": ""})
    else:
        answer = browser.post_from_elsewhere(address, own)
    assert answer.status == 403
    assert browser.follow_link_from_elsewhere(link).heading == CHOOSE


def _count(deployment: Deployment, table: FromClause) -> int:
    """How many rows a table has."""
    with deployment.system.stores.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _invite_by_command(deployment: Deployment, *options: str) -> subprocess.CompletedProcess[str]:
    return deployment.account("invite", "--brand", "iza", "--name", NAME, *options)


def _die_while_choosing(deployment: Deployment, link: str, point: str) -> int:
    """A process that uses the link and is killed at that point; how it ended."""
    order = {"config": str(deployment.config), "token": token_of(link), "point": point}
    program = [sys.executable, "-m", "tests.support.dying_reset", json.dumps(order)]
    return subprocess.run(program, check=False, env=deployment.environment).returncode


def test_operator_invites_by_command(deployment: Deployment) -> None:
    """Account, mail and events at once; again gives a new link; who is active already is refused."""
    system = deployment.business.system
    story, before = system.story(), _count(deployment, ACCOUNTS)
    told = _invite_by_command(deployment, "--email", EMAIL, "--language", "en", "--portal", IZA)
    assert told.returncode == 0, told.stderr
    account = account_repository(system.stores).find_by_address("iza", EMAIL)
    assert account is not None
    assert told.stdout == f"Account {account.id} was made; a mail with a link is queued.\n"
    assert (account.state, _count(deployment, ACCOUNTS), _count(deployment, MESSAGES)) == (
        AccountState.INVITED,
        before + 1,
        1,
    )
    again = _invite_by_command(deployment, "--email", EMAIL)
    assert "was invited again" in again.stdout
    invited = [event for event in story.events() if event.kind == "account.invited"]
    assert [event.detail["again"] for event in invited] == [False, True]
    person = Forgetful(
        deployment.business,
        Colleague(system, deployment.business.worker, IZA, account, system.browser()),
    )
    assert use(system.browser(), person.link()).heading == READY
    refused = _invite_by_command(deployment, "--email", EMAIL)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("--email: ")
    assert EMAIL not in refused.stderr


def test_operator_is_told_what_cannot_be_invited(deployment: Deployment) -> None:
    """No address, no name, no such portal: a sentence each, and nothing is made."""
    before = _count(deployment, ACCOUNTS)
    for options, fault in (
        (("--email", "ingrid"), "--email: "),
        (("--email", EMAIL, "--portal", "mijn-cz"), "--portal: "),
        (("--email", EMAIL, "--brand", "xx"), "--brand: "),
    ):
        told = _invite_by_command(deployment, *options)
        assert told.returncode == 1
        assert told.stderr.startswith(fault)
    assert _count(deployment, ACCOUNTS) == before


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.INVITED])
def test_process_that_is_killed_while_choosing_loses_nothing(
    deployment: Deployment, state: AccountState, point: str
) -> None:
    """Before the end of the transaction nothing has changed and the link is good; after it all is kept.

    The notice is queued by then: a worker of another process sends it.
    """
    business, system = deployment.business, deployment.business.system
    has_password = state is AccountState.ACTIVE
    colleague = business.colleague(IZA, state=state, with_password=has_password)
    person = Forgetful(business, colleague)
    link, kept = person.asked_link(), PasswordRepository(system.stores.database)
    old, mails = kept.get(colleague.account.id), len(person.mails())
    assert _die_while_choosing(deployment, link, point) == -signal.SIGKILL
    page = system.browser().follow_link_from_elsewhere(link)
    if point == "before-commit":
        assert kept.get(colleague.account.id) == old
        assert (page.status, len(person.mails())) == (200, mails)
        assert use(system.browser(), link).status == 200
    else:
        assert kept.get(colleague.account.id) != old
        assert (page.status, len(person.mails())) == (410, mails + 1)
    assert _enter(colleague.elsewhere())
