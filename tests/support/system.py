"""The whole broker beside the DigiD simulator: real messages, real mutual TLS, real stores."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from broker.app import create_app
from broker.domain.accounts import AccountState
from broker.domain.bsn import Bsn
from broker.settings import Settings, load_settings
from broker.wiring.digid import digid_metadata
from broker.wiring.repositories import account_repository
from broker.wiring.stores import Stores, open_stores
from demo.clock import DemoClock
from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import BACK_CHANNEL, PKI_FOLDER, Surroundings, load_signer, make_simulator
from demo.idp.server import TlsServer, mutual_tls, run_in_thread
from demo.people import PEOPLE, DigidMeans, Person
from tests.support.browser import Browser
from tests.support.makelaar import MAKELAAR, connect_to_makelaar, running_makelaar
from tests.support.relying_party import RelyingParty, Tokens
from tests.support.story import Story

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SAMPLE_CONFIG = Path(__file__).parents[2] / "config"
DIGID = "http://127.0.0.1:8100"


@dataclass
class Phone:
    """The SMS gateway of a test: keeps what was sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, to: str, text: str) -> None:
        """Take one message."""
        self.sent.append((to, text))

    def last_code(self) -> str:
        """The six digits of the last message."""
        return next(
            word for word in self.sent[-1][1].replace(".", " ").split() if word.isdigit() and len(word) == 6
        )


@dataclass
class System:
    """Everything that runs; `issuer` is the broker's base URL."""

    issuer: str
    state: Path
    settings: Settings
    stores: Stores
    broker: WSGIApplication
    digid: Flask
    makelaar: Flask
    phone: Phone
    clock: DemoClock

    def browser(self, *, cookies_on: bool = True, language: str = "nl") -> Browser:
        """A new person's browser."""
        sites: dict[str, WSGIApplication] = {
            self.issuer: self.broker,
            DIGID: self.digid,
            MAKELAAR: self.makelaar,
        }
        return Browser(sites, cookies_on=cookies_on, language=language)

    def portal(self) -> RelyingParty:
        """The portal mijn-cz."""
        return RelyingParty.of_state(self.broker, self.issuer, self.state, self.clock)

    def broker_answer(self, url: str, **request: Any) -> TestResponse:
        """The broker's answer to one request that no browser would make."""
        parts = urlsplit(url)
        client = Client(self.broker, use_cookies=False)
        return client.open(parts.path, base_url=f"{parts.scheme}://{parts.netloc}", **request)

    def story(self) -> Story:
        """Listen to the audit log from now on."""
        return Story(self.stores.database)

    def log_in(self, browser: Browser, start: str, person: str = "sanne") -> str:
        """From the portal's request to the portal's callback, with SMS check; the last address."""
        browser.open(start)
        browser.press("Inloggen met DigiD")
        return self.pass_digid(browser, person)

    def enter(self, browser: Browser, person: str = "sanne", **changes: str) -> Tokens:
        """Log in at the portal and give what the portal then knows."""
        portal = self.portal()
        attempt = portal.begin(**changes)
        return portal.tokens(self.log_in(browser, attempt.url, person), attempt)

    def pass_digid(self, browser: Browser, person: str = "sanne") -> str:
        """Log in at DigiD with SMS check; the address where that ended."""
        self.reach_sms_code(browser, person)
        return browser.press("Inloggen", code=self.phone.last_code()).url

    def reach_sms_code(self, browser: Browser, person: str = "sanne") -> None:
        """Log in at DigiD as far as the page that asks for the SMS code."""
        digid = digid_of(person)
        browser.follow("Met controle via SMS")
        browser.press("Inloggen", username=digid.username, password=digid.password)

    def pass_digid_with_app(self, browser: Browser, person: str) -> str:
        """Log in at DigiD with the app and its PIN; the address where that ended."""
        browser.follow("Met de DigiD app")
        browser.press("Inloggen", username=digid_of(person).username)
        assert self.answer_on_phone(person, "confirm", pin=digid_of(person).pin or "") == "confirmed"
        return browser.press("Ik heb bevestigd").url

    def answer_on_phone(self, person: str, action: str, **typed: str) -> str:
        """What the simulated phone does with the login that waits for it; how that ended."""
        phone = self.digid.test_client()
        waiting = phone.get("/api/app/pending", query_string={"person": person}).json
        assert waiting is not None
        body = {"person": person, "id": waiting["pending"][-1]["id"], **typed}
        answer = phone.post(f"/api/app/{action}", json=body).json
        assert answer is not None
        return str(answer["state"])

    def set_account_state(self, person: str, state: AccountState) -> None:
        """Let a person's account at CZ be used, or not."""
        accounts = account_repository(self.stores)
        account = accounts.find_by_digid("cz", Bsn(digid_of(person).bsn))
        assert account is not None
        assert accounts.set_state(account.id, state)

    def fault(self, name: str | None) -> None:
        """Switch a fault of the simulator on for the next login, or off."""
        answer = self.digid.test_client().post("/api/faults", json={"fault": name})
        assert answer.status_code == 200, answer.get_data(as_text=True)


def digid_of(person: str) -> DigidMeans:
    """A person's DigiD."""
    digid = someone(person).digid
    assert digid is not None
    return digid


def someone(person: str) -> Person:
    """A person of the demo."""
    return next(found for found in PEOPLE if found.id == person)


@dataclass(frozen=True)
class Plan:
    """What a system is made of. `pki` is a state directory with throw-away keys, to be copied.

    `replaced` changes texts of the sample configuration, `edit` its copy as a whole. `second_portal` names
    another portal of the same brand, a copy of mijn-cz at an address of its own.
    """

    pki: Path
    redis_url: str
    database_url: str
    issuer: str = "http://localhost:8000"
    replaced: Mapping[str, str] = field(default_factory=dict)
    second_portal: str | None = None
    edit: Callable[[Path], None] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What stands above the configuration files."""
        return {
            "BROKER_ISSUER": self.issuer,
            "BROKER_STORAGE__REDIS_URL": self.redis_url,
            "BROKER_STORAGE__DATABASE_URL": self.database_url,
        }


@contextmanager
def running_system(folder: Path, plan: Plan) -> Iterator[System]:
    """Put everything together under `folder`."""
    with prepared_system(folder, plan, _not_serving) as system:
        system.broker = create_app(system.settings)
        yield system


@contextmanager
def prepared_system(folder: Path, plan: Plan, broker: WSGIApplication) -> Iterator[System]:
    """Everything but the broker itself; `folder / "config"` is its configuration."""
    state = folder / "state"
    shutil.copytree(plan.pki, state)
    phone, clock = Phone(), DemoClock.of_state(state)
    config = _config(folder, plan)
    with running_digid(state, phone, clock) as digid, running_makelaar(state, clock) as makelaar:
        settings = load_settings(config, plan.environment)
        (state / "digid/sp").mkdir(parents=True, exist_ok=True)
        (state / "digid/sp/cz.xml").write_bytes(digid_metadata(settings, "cz", now=clock()))
        connect_to_makelaar(state, settings, "zz", clock)
        stores = open_stores(settings)
        _add_accounts(stores)
        yield System(plan.issuer, state, settings, stores, broker, digid, makelaar, phone, clock)
        stores.close()


def _config(folder: Path, plan: Plan) -> Path:
    config = folder / "config"
    shutil.copytree(SAMPLE_CONFIG, config)
    changes = {"../var/demo": "../state", "http://localhost:8000": plan.issuer, **plan.replaced}
    for file in config.rglob("*.toml"):
        words = _open_to_everybody(file.read_text(encoding="utf-8"))
        for old, new in changes.items():
            words = words.replace(old, new)
        file.write_text(words, encoding="utf-8")
    if plan.second_portal is not None:
        words = (config / "portals/mijn-cz.toml").read_text(encoding="utf-8")
        words = words.replace('client_id = "mijn-cz"', f'client_id = "{plan.second_portal}"')
        words = words.replace('name = "Mijn CZ"', 'name = "Ander portaal"').replace(":8401", ":8499")
        (config / f"portals/{plan.second_portal}.toml").write_text(words, encoding="utf-8")
    if plan.edit is not None:
        plan.edit(config)
    return config


def _open_to_everybody(words: str) -> str:
    """A portal's file without `[access]` and its claims: most suites are about people who have no roles.

    `tests/support/related.py` gives portals the roles that they open to.
    """
    words = re.sub(r"^\[access\]\n.*?(?=^\[claims\]$)", "", words, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^ +\"collectivity\", .*\n", "", words, flags=re.MULTILINE)


@contextmanager
def running_digid(state: Path, phone: Phone, clock: DemoClock) -> Iterator[Flask]:
    """The simulator with its back channel on a free port; its pages are called without a socket."""
    context = mutual_tls(state / PKI_FOLDER, BACK_CHANNEL)
    server = TlsServer(("127.0.0.1", 0), _not_ready, context)
    addresses = Addresses(front=DIGID, back=f"https://127.0.0.1:{server.server_port}")
    (state / "digid").mkdir(parents=True, exist_ok=True)
    (state / "digid/idp-metadata.xml").write_bytes(idp_metadata(addresses, load_signer(state)))
    simulator = make_simulator(state, addresses, Surroundings(clock=clock, sms=phone, slow_seconds=1.0))
    server.app = simulator.back
    thread = run_in_thread(server)
    try:
        yield simulator.front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _not_serving(*_: object) -> list[bytes]:
    raise AssertionError("the broker was called before it was made")


def _not_ready(*_: object) -> list[bytes]:
    raise AssertionError("the back channel was called before it was ready")


def _add_accounts(stores: Stores) -> None:
    accounts = account_repository(stores)
    for person in PEOPLE:
        for account in person.accounts:
            if account.password is None and person.digid is not None:
                accounts.add_consumer(account.brand, person.name, account.email, Bsn(person.digid.bsn))
