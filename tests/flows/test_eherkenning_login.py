"""J31, J32: a login by eHerkenning from the portal's request to its claims, by artifact and by POST."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from broker.accounts.binding.codes import new_code
from broker.domain.accounts import Account, AccountState
from broker.domain.representation import LegalSubject
from broker.sessions.new_login import NewLogin, Opened
from broker.sessions.session import Session
from broker.sessions.store import SessionStore
from broker.storage.account_requests import AccountRequestRepository
from broker.storage.schema import ACCOUNT_IDENTITIES
from broker.web.language import Language
from broker.wiring.account_administration import account_administration
from broker.wiring.eherkenning_accounts import binding_by_operator
from broker.wiring.repositories import account_repository, binding_repository
from tests.support.at_work import BOTH_BINDINGS, Worker, code_for, handed_out, system_by
from tests.support.makelaar import MAKELAAR, Choice, means_of, pass_makelaar
from tests.support.system import System, someone

pytestmark = pytest.mark.flow
EH2PLUS_UUID = "0d3f6c52-5f0e-4a41-9a6b-2c1f7e0a1b2c"
EH3_UUID = "7c1f5b90-32a5-4c6d-8e7f-90a1b2c3d4e5"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
SESSION_COOKIE = "__Host-voordeur-session-zz"


@pytest.fixture(scope="module", params=sorted(BOTH_BINDINGS))
def either(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_pki: Path,
    sqlite_template: bytes,
) -> Iterator[System]:
    """The whole broker, with answers by artifact and by POST."""
    folder = tmp_path_factory.mktemp(request.param)
    with system_by(request.param, folder, demo_pki, sqlite_template) as running:
        yield running


@pytest.fixture(autouse=True)
def _nobody_is_bound(either: System) -> None:
    """Each test begins with nobody bound, and on a day of its own."""
    with either.stores.database.writing() as connection:
        connection.execute(delete(ACCOUNT_IDENTITIES).where(ACCOUNT_IDENTITIES.c.scheme == "eherkenning"))
    either.clock.advance(86_401)


def unbound(system: System, account: Account) -> tuple[LegalSubject, ...]:
    """What an operator takes off this account: everything that is bound."""
    with binding_by_operator(system.settings, system.stores, Language.DUTCH) as binding:
        return binding.unbind(account).organisations


def before_opening(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do this once, when a login was granted and its session is not there yet."""
    really, left = SessionStore.open, [act]

    def slow(self: SessionStore, login: NewLogin, *, replaces: Session | None, now: datetime) -> Opened:
        if left:
            left.pop()()
        return really(self, login, replaces=replaces, now=now)

    monkeypatch.setattr(SessionStore, "open", slow)


def test_first_login_binds_and_brings_the_portal_its_claims(either: System) -> None:
    """Who acts, for whom, how sure; the acting person's subject is nobody's number."""
    worker = Worker(either, "anouk")
    account = worker.bound()
    claims = worker.tokens().claims
    kvk = means_of("anouk").mandates[0].organisation.kvk
    assert claims["name"] == someone("anouk").name
    assert claims["acr"] == SUBSTANTIAL
    assert claims["assurance"] == {"scheme": "eherkenning", "level": "eh3"}
    assert (claims["idp"], claims["account_type"]) == ("eherkenning", "business")
    represents = claims["represents"]
    assert (represents["sub"], represents["sub_id_type"]) == (kvk, "urn:nl-eid-gdi:1.0:id:KvKnr")
    assert (represents["kvk"], represents["service"]) == (kvk, EH2PLUS_UUID)
    assert represents["name"] == means_of("anouk").mandates[0].organisation.name
    assert claims["sub_id_type"] == "urn:nl-eid-gdi:1.0:id:pseudonym"
    assert kvk not in claims["sub"]
    assert account_repository(either.stores).state_of(account.id) is AccountState.ACTIVE


def test_second_login_needs_no_code(either: System) -> None:
    """The pseudonym of a person at an organisation stays; the subject does too."""
    worker = Worker(either, "rik")
    worker.bound()
    first = worker.tokens().claims
    again = Worker(either, "rik")
    again.come()
    second = again.tokens().claims
    assert second["sub"] == first["sub"]
    assert second["represents"]["mandate"] != first["represents"]["mandate"]


def test_login_leaves_who_acts_for_whom_in_the_audit_log(either: System) -> None:
    """The organisation, the service and the statement; never the pseudonym or a name."""
    worker = Worker(either, "esra")
    worker.bound()
    story, again = either.story(), Worker(either, "esra")
    again.come()
    claims = again.tokens().claims
    granted = next(event for event in story.events() if event.kind == "login.granted")
    kvk = means_of("esra").mandates[0].organisation.kvk
    assert granted.on_behalf_of == f"kvk:{kvk}"
    assert granted.detail["service"] == EH2PLUS_UUID
    assert granted.detail["mandate"] == claims["represents"]["mandate"]
    assert someone("esra").name not in str(story.events())


def test_one_person_with_several_companies_is_another_at_each(either: System) -> None:
    """Each binds by itself to the account of that company; the branch comes along."""
    first = Worker(either, "laila", Choice(company=2))
    first_account = first.bound()
    second = Worker(either, "laila", Choice(company=1))
    second_account = second.bound()
    assert first_account.id != second_account.id
    told = second.tokens().claims["represents"]
    waterkant = means_of("laila").mandates[1]
    assert told["kvk"] == waterkant.organisation.kvk
    (branch,) = waterkant.branches
    assert told["branch"] == branch.number
    assert first.tokens().claims["sub"] != second.tokens().claims["sub"]


def test_several_companies_may_belong_to_one_account(either: System) -> None:
    """An account is bound once more, by another code, for another organisation."""
    first = Worker(either, "laila", Choice(company=0, scope=0))
    account = first.bound()
    second = Worker(either, "laila", Choice(company=0, scope=1))
    second.come()
    # The same organisation: the binding is to that, and the branch is of the login.
    told = second.tokens().claims["represents"]
    assert told["kvk"] == means_of("laila").mandates[0].organisation.kvk
    assert "branch" in told
    assert len(binding_repository(either.stores).organisations_of(account)) == 1


def test_intermediary_is_told(either: System) -> None:
    """A mandate by a chain: for whom, and through whom."""
    worker = Worker(either, "ruud", Choice(company=1))
    worker.bound()
    mandate = means_of("ruud").mandates[1]
    represents = worker.tokens().claims["represents"]
    assert mandate.intermediary is not None
    assert represents["kvk"] == mandate.organisation.kvk
    assert represents["intermediary"] == mandate.intermediary.kvk


def test_level_below_eh2plus_is_refused_with_reason_and_help(either: System) -> None:
    """The makelaar itself turns a means that is too low away; nobody is logged in here."""
    worker = Worker(either, "wim")
    worker.arrive()
    worker.browser.press("Inloggen met eHerkenning")
    worker.browser.press("Doorgaan")
    means = means_of("wim")
    worker.browser.press("Doorgaan", leverancier=means.supplier)
    worker.browser.press("Inloggen", username=means.username, password=means.password)
    assert worker.page.url.startswith(MAKELAAR)
    assert SESSION_COOKIE not in worker.browser.cookies(either.issuer)


def test_login_page_with_two_ways_names_and_explains_both(either: System) -> None:
    """The form for the password has a heading of its own, and steps beside it."""
    page = Worker(either, "joost").arrive()
    ways = ["Met eHerkenning", "Met e-mailadres en wachtwoord"]
    assert [title.get_text(strip=True) for title in page.soup.select(".panel h2")] == ways
    assert [title.get_text(strip=True) for title in page.soup.select("aside h3")] == ways
    assert len(page.soup.select("aside .steps")) == 2


def test_action_that_takes_eh3_steps_an_eh2plus_session_up(either: System) -> None:
    """The portal asks by acr_values; the eH2+ session does not suffice, and another service is asked."""
    high = Worker(either, "anouk")
    high.bound()
    # The control: a session of eH3 answers at once.
    assert high.arrive(acr_values=SUBSTANTIAL).url.startswith("http://127.0.0.1:8405/callback")
    low = Worker(either, "joost")
    low.bound()
    assert low.tokens().claims["assurance"]["level"] == "eh2plus"
    page = low.arrive(acr_values=SUBSTANTIAL)
    assert page.heading == "Inloggen bij MijnZZ Zakelijk"
    assert "eH3" in page.text


def test_login_for_eh3_asks_the_service_of_that_level(either: System) -> None:
    """The mandate is for that service."""
    worker = Worker(either, "nadia")
    worker.bound()
    worker.browser = either.browser()
    worker.come(acr_values=SUBSTANTIAL)
    assert worker.tokens().claims["represents"]["service"] == EH3_UUID


def test_code_that_is_mistyped_or_unknown_binds_nothing(either: System) -> None:
    """The page says what to do; nobody is logged in."""
    worker = Worker(either, "ruud", Choice(company=2))
    worker.come()
    page = worker.browser.press("Koppelen en inloggen", code="ABCD")
    assert (page.status, "typefout" in page.text) == (422, True)
    page = worker.browser.press("Koppelen en inloggen", code=new_code())
    assert (page.status, "Deze code werkt niet." in page.text) == (422, True)
    assert SESSION_COOKIE not in worker.browser.cookies(either.issuer)


@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.HELD])
def test_code_of_a_closed_account_binds_nothing(either: System, state: AccountState) -> None:
    """An account that may not be used cannot be had by a code."""
    account = handed_out(either, "ruud")
    code = code_for(either, account)
    account_repository(either.stores).set_state(account.id, state)
    worker = Worker(either, "ruud", Choice(company=2))
    worker.come()
    assert worker.browser.press("Koppelen en inloggen", code=code).status == 422


def test_code_works_once_and_an_older_one_no_more(either: System) -> None:
    """A new code replaces the one before; a used one binds nobody else."""
    account = handed_out(either, "ruud")
    older, newest = code_for(either, account), code_for(either, account)
    worker = Worker(either, "ruud", Choice(company=0))
    worker.come()
    assert worker.browser.press("Koppelen en inloggen", code=older).status == 422
    worker.browser.press("Koppelen en inloggen", code=newest.lower())
    assert worker.tokens().claims["idp"] == "eherkenning"
    thief = Worker(either, "ruud", Choice(company=2))
    thief.come()
    assert thief.browser.press("Koppelen en inloggen", code=newest).status == 422


def test_code_that_is_too_old_binds_nothing(either: System) -> None:
    """Fourteen days by mail; here one second."""
    account = handed_out(either, "ruud")
    code = code_for(either, account, days=1 / 86_400)
    either.clock.advance(2)
    worker = Worker(either, "ruud", Choice(company=2))
    worker.come()
    assert worker.browser.press("Koppelen en inloggen", code=code).status == 422


def test_looking_at_the_page_uses_nothing_up(either: System) -> None:
    """GET shows, POST consumes; and a form of another site is no use."""
    account = handed_out(either, "ruud")
    code = code_for(either, account)
    worker = Worker(either, "ruud", Choice(company=2))
    here = worker.come().url
    for _ in range(3):
        assert worker.browser.open(here).heading == "Koppel uw eHerkenning"
    forged = worker.browser.post_from_elsewhere(here, {"code": code})
    assert forged.status in {400, 403}
    worker.browser.open(here)
    assert not binding_repository(either.stores).organisations_of(account)


def test_code_of_before_an_unbind_binds_nobody_again(either: System) -> None:
    """Whoever was sent away has the mail still, and no way back."""
    worker = Worker(either, "ruud", Choice(company=2))
    account = worker.bound()
    spare = code_for(either, account)
    assert unbound(either, account)
    again = Worker(either, "ruud", Choice(company=2))
    again.come()
    assert again.browser.press("Koppelen en inloggen", code=spare).status == 422


def test_login_that_crosses_an_unbind_opens_nothing(either: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """The binding was found, and is gone before there is a session to end: it ends all the same."""
    account = Worker(either, "ruud", Choice(company=2)).bound()
    late = Worker(either, "ruud", Choice(company=2))
    before_opening(monkeypatch, lambda: unbound(either, account))
    story = either.story()
    page = late.come()
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert SESSION_COOKIE not in late.browser.cookies(either.issuer)
    ends = [event.detail["reason"] for event in story.events() if event.kind == "session.ended"]
    assert ends == ["eherkenning-unbound"] * 2


def test_login_that_crosses_a_disable_is_worth_nothing_ever(
    either: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while the account is closed nor, where nobody looked at the session, after it opened again."""
    account = Worker(either, "ruud", Choice(company=2)).bound()
    acts, accounts = account_administration(either.stores), account_repository(either.stores)
    late = Worker(either, "ruud", Choice(company=2))
    before_opening(monkeypatch, lambda: acts.disable(account))
    late.come()
    closed = accounts.get(account.id)
    assert closed is not None
    assert closed.state is AccountState.DISABLED
    acts.enable(closed)
    assert "/zz/login/" in late.arrive().url


def test_account_that_is_opened_again_is_as_it_was(either: System) -> None:
    """Who has eHerkenning alone comes in as before; a code of before binds nothing more."""
    worker = Worker(either, "ruud", Choice(company=2))
    account = worker.bound()
    before, spare = worker.tokens().claims["sub"], code_for(either, account)
    acts, accounts = account_administration(either.stores), account_repository(either.stores)
    acts.disable(account)
    closed = accounts.get(account.id)
    assert closed is not None
    assert acts.enable(closed) is AccountState.ACTIVE
    again = Worker(either, "ruud", Choice(company=2))
    again.come()
    assert again.tokens().claims["sub"] == before
    stranger = Worker(either, "ruud", Choice(company=1))
    stranger.come()
    assert stranger.browser.press("Koppelen en inloggen", code=spare).status == 422


def test_equal_mail_address_never_binds(either: System) -> None:
    """An account with the address that the person also has elsewhere stays as it was."""
    account = handed_out(either, "esra", state=AccountState.ACTIVE)
    worker = Worker(either, "ruud", Choice(company=2))
    page = worker.come()
    assert page.heading == "Koppel uw eHerkenning"
    assert not binding_repository(either.stores).organisations_of(account)


def test_somebody_without_an_account_asks_for_one(either: System) -> None:
    """KvK number and level are known; the request is kept and confirmed; nobody is logged in."""
    worker = Worker(either, "ruud", Choice(company=2))
    worker.come()
    page = worker.browser.follow("Account aanvragen")
    organisation = means_of("ruud").mandates[2].organisation
    assert organisation.kvk in page.text
    assert "eH3" in page.text
    story = either.story()
    page = worker.browser.press("Aanvraag versturen", name="", email="geen adres")
    assert page.status == 422
    page = worker.browser.press(
        "Aanvraag versturen", name="Ruud Kuipers", email="ruud@kuipers.example", roles="financieel"
    )
    assert page.heading == "Wij hebben uw aanvraag ontvangen"
    assert SESSION_COOKIE not in worker.browser.cookies(either.issuer)
    (asked,) = (event for event in story.events() if event.kind == "account.requested")
    stores = either.stores
    kept = AccountRequestRepository(stores.database, stores.keys.columns, stores.clock).waiting("zz")
    found = next(request for request in kept if request.id == asked.detail["request_id"])
    assert found.content["email"] == "ruud@kuipers.example"
    assert found.content["represents"]["kvk"] == organisation.kvk
    assert (found.content["level"], found.content["roles"]) == ("eh3", ["financieel"])


@pytest.mark.parametrize(
    ("email", "words"),
    [("ruud@gmail.com", "Dit lijkt een privéadres."), ("info@kuipers.example", "dat u met anderen deelt.")],
)
def test_address_that_is_not_for_work_is_asked_about_before_it_is_taken(
    either: System, email: str, words: str
) -> None:
    """A question and no refusal: whoever says that it is right goes on, and nothing was kept before."""
    worker = Worker(either, "ruud", Choice(company=2))
    worker.come()
    worker.browser.follow("Account aanvragen")
    story = either.story()
    filled = {"name": "Ruud Kuipers", "email": email, "roles": "financieel"}
    page = worker.browser.press("Aanvraag versturen", **filled)
    assert (page.status, page.heading) == (422, "Account aanvragen")
    (notice,) = page.soup.select("[role=alert]")
    assert words in notice.get_text(" ", strip=True)
    assert not [event for event in story.events() if event.kind == "account.requested"]
    page = worker.browser.press("Aanvraag versturen", **filled, sure="yes")
    assert page.heading == "Wij hebben uw aanvraag ontvangen"
    assert [event.kind for event in story.events() if event.kind == "account.requested"]


def test_request_without_eherkenning_is_nobodys(either: System) -> None:
    """The pages belong to an attempt in which eHerkenning vouched for somebody."""
    worker = Worker(either, "anouk")
    attempt = worker.arrive().url.rpartition("/")[2]
    for path in (f"zz/request-account/{attempt}", f"zz/login/{attempt}/bind"):
        assert worker.browser.open(f"{either.issuer}/{path}").status == 400


def test_answer_belongs_to_the_browser_that_asked(either: System) -> None:
    """Somebody else's answer in a victim's browser ends there, and is used up (B1-22)."""
    attacker = Worker(either, "anouk")
    attacker.arrive()
    pass_makelaar(attacker.browser, "anouk")
    arrived = [page.url for page in attacker.browser.history if "/saml/zz/eherkenning/acs" in page.url]
    victim = either.browser()
    page = victim.open(arrived[-1])
    assert page.status == 400
    assert SESSION_COOKIE not in victim.cookies(either.issuer)
