"""J33, the insurer's side: requests for accounts are read and decided upon, and every applicant hears."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from broker.accounts.binding.codes import new_code
from broker.cli.main import commands
from broker.domain.accounts import Account, AccountId, AccountState
from broker.errors import ConfigurationError
from broker.notify.mail import Mail, decode_content
from broker.storage.schema import ACCOUNT_REQUESTS, MESSAGES
from broker.wiring.repositories import account_repository, binding_repository
from tests.support.at_work import Worker, handed_out, system_by
from tests.support.makelaar import Choice, means_of
from tests.support.system import System

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def system(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """The whole broker, with eHerkenning by artifact."""
    with system_by("artifact", tmp_path_factory.mktemp("desk"), demo_pki, sqlite_template) as running:
        yield running


@pytest.fixture(autouse=True)
def _a_day_of_its_own(system: System) -> None:
    system.clock.advance(86_401)


def _run(system: System, *arguments: str) -> Result:
    folder = system.settings.directory
    command = ["account", arguments[0], "--brand", "zz", *arguments[1:], "--config", str(folder)]
    storage = system.settings.broker.storage
    stores = {
        "BROKER_STORAGE__REDIS_URL": storage.redis_url,
        "BROKER_STORAGE__DATABASE_URL": storage.database_url,
    }
    return CliRunner().invoke(commands, command, env=stores, catch_exceptions=False)


def _asked(system: System, address: str) -> str:
    """Somebody asks for an account at MijnZZ Zakelijk; the request's number."""
    story = system.story()
    worker = Worker(system, "ruud", Choice(company=2))
    worker.come()
    worker.browser.follow("Account aanvragen")
    page = worker.browser.press("Aanvraag versturen", name="Ruud Kuipers", email=address, roles="financieel")
    assert page.heading == "Wij hebben uw aanvraag ontvangen"
    (asked,) = (event for event in story.events() if event.kind == "account.requested")
    return str(asked.detail["request_id"])


def _address() -> str:
    return f"ruud-{uuid4().hex[:8]}@kuipers.example"


def _account(system: System, address: str, state: AccountState) -> Account:
    made = account_repository(system.stores).add_business(
        "zz", "Ruud Kuipers", address, state=state, new_id=AccountId(str(uuid4()))
    )
    assert isinstance(made, Account)
    return made


def _mails(system: System, address: str) -> list[Mail]:
    """What waits for this address, oldest first."""
    columns = system.stores.keys.columns
    with system.stores.database.reading() as connection:
        rows = connection.execute(select(MESSAGES).order_by(MESSAGES.c.created_at)).all()
    opened = (
        decode_content(
            columns.open(row.content_sealed, context=f"messages/{row.id}/content".encode()),
            columns.open(row.recipient_sealed, context=f"messages/{row.id}/recipient".encode()).decode(),
        )
        for row in rows
    )
    return [mail for mail in opened if mail.to == address]


def _kept(system: System, request_id: str) -> tuple[str, bytes]:
    """State and content of a request."""
    with system.stores.database.reading() as connection:
        row = connection.execute(select(ACCOUNT_REQUESTS).where(ACCOUNT_REQUESTS.c.id == request_id)).one()
    context = f"account_requests/zz/{request_id}/content".encode()
    return row.state, system.stores.keys.columns.open(row.content_sealed, context=context)


def test_whoever_waits_is_shown_and_the_reading_written_down(system: System) -> None:
    """Name, address, organisation, level and wishes, as a desk needs them to decide."""
    address = _address()
    request = _asked(system, address)
    story = system.story()
    shown = _run(system, "requests").output
    organisation = means_of("ruud").mandates[2].organisation
    (block,) = (block for block in shown.split("\n\n") if request in block)
    for expected in (address, "Ruud Kuipers", organisation.kvk, "level: eh3", "asks for: financieel"):
        assert expected in block
    assert story.kinds() == ["account.requests-read"]
    assert story.last().detail["requests"] == shown.count("request: ")


def test_approval_mails_the_code_for_the_account_that_was_made(system: System) -> None:
    """Without an account there is nothing to approve; with one its owner comes in, by what was mailed."""
    address = _address()
    request = _asked(system, address)
    too_early = _run(system, "decide", "--request", request, "--approve")
    assert (too_early.exit_code, _kept(system, request)[0]) == (1, "received")
    account = _account(system, address, AccountState.INVITED)
    story = system.story()
    assert _run(system, "decide", "--request", request, "--approve").exit_code == 0
    assert story.kinds() == ["eherkenning.code-made", "account.request-decided"]
    assert (story.last().detail["approved"], story.last().detail["of_account"]) == (True, account.id)
    assert _kept(system, request) == ("approved", b"{}")
    received, code = _mails(system, address)
    assert (received.subject, code.subject) == (
        "Uw aanvraag voor een account bij MijnZZ Zakelijk",
        "Uw activatiecode voor MijnZZ Zakelijk",
    )
    again = _run(system, "decide", "--request", request, "--refuse")
    assert again.exit_code == 1
    assert len(_mails(system, address)) == 2


def test_owner_hears_by_mail_that_a_code_was_used(system: System) -> None:
    """Whoever did not type it themselves learns of it (ASVS 6.3.7), in a mail without a link (B4-22)."""
    worker, account = Worker(system, "esra"), handed_out(system, "esra")
    worker.come()
    worker.browser.press("Koppelen en inloggen", code=new_code())
    assert _mails(system, account.email) == []
    worker.bound(account)
    (told,) = _mails(system, account.email)
    assert told.subject == "eHerkenning is gekoppeld aan uw account – Zorg en Zekerheid"
    assert "Neem dan meteen contact met ons op" in told.text
    assert "http" not in told.text


def test_refusal_is_mailed_and_nothing_written_stays(system: System) -> None:
    """In the language that the operator chose; it is decided once."""
    address = _address()
    request = _asked(system, address)
    story = system.story()
    assert _run(system, "decide", "--request", request, "--refuse", "--language", "en").exit_code == 0
    assert story.kinds() == ["account.request-decided"]
    assert story.last().detail["approved"] is False
    assert _kept(system, request) == ("refused", b"{}")
    mail = _mails(system, address)[-1]
    assert (mail.language, "cannot give you this account" in mail.text) == ("en", True)
    assert request not in _run(system, "requests").output
    assert _run(system, "decide", "--request", request, "--approve").exit_code == 1


def test_account_that_is_closed_is_not_approved_for(system: System) -> None:
    """Nothing is decided and nothing mailed."""
    address = _address()
    request = _asked(system, address)
    account = _account(system, address, AccountState.DISABLED)
    assert _run(system, "decide", "--request", request, "--approve").exit_code == 1
    assert _kept(system, request)[0] == "received"
    assert len(_mails(system, address)) == 1
    assert not binding_repository(system.stores).organisations_of(account)


def test_request_that_is_none_and_brand_that_is_none_are_refused(system: System) -> None:
    """A sentence and an exit code."""
    assert "No such request" in _run(system, "decide", "--request", "none", "--refuse").output
    with pytest.raises(ConfigurationError, match=r"there is no brands/nowhere\.toml"):
        _run(system, "requests", "--brand", "nowhere")


def test_code_alone_can_be_taken_back(system: System) -> None:
    """The operator reads that it was, it is written down, and there is nothing to do a second time."""
    address = _address()
    account = _account(system, address, AccountState.ACTIVE)
    assert _run(system, "bind", "--email", address).exit_code == 0
    story = system.story()
    told = _run(system, "unbind", "--email", address)
    assert (told.exit_code, told.output) == (
        0,
        f"The code that account {account.id} was mailed works no more.\n",
    )
    assert [(event.kind, event.account_id) for event in story.events()] == [
        ("eherkenning.code-withdrawn", account.id)
    ]
    again = _run(system, "unbind", "--email", address)
    assert (again.exit_code, again.stdout) == (1, "")
    assert story.kinds() == ["eherkenning.code-withdrawn"]


def test_bindings_that_are_taken_off_are_counted(system: System) -> None:
    """Beside the code, if one still worked."""
    worker = Worker(system, "ruud", Choice(company=2))
    account = worker.bound()
    story = system.story()
    told = _run(system, "unbind", "--email", account.email)
    assert (told.exit_code, told.output) == (0, f"1 binding(s) were taken off account {account.id}.\n")
    assert story.kinds()[0] == "eherkenning.unbound"
