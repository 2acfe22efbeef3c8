"""The simulator under test: the real applications, the real TLS server, keys and people of its own."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from lxml import etree
from werkzeug.test import Client, TestResponse

from demo.digid.addresses import Addresses
from demo.digid.simulator import BACK_CHANNEL, Surroundings, make_simulator
from demo.idp.server import TlsServer, mutual_tls, run_in_thread
from demo.pki import issue, load_pair, make_pki, write_pair
from tests.demo.digid.service_provider import BackChannelClient, ServiceProvider, only


@dataclass(frozen=True)
class Means:
    """A DigiD of somebody in these tests."""

    username: str
    password: str
    bsn: str
    level: str
    pin: str | None = "12345"
    phone: str = "+31611111111"


@dataclass(frozen=True)
class Somebody:
    """A person in these tests."""

    id: str
    digid: Means | None


PEOPLE = (
    Somebody("mia", Means("mjansen", "Appeltaart-1", "999990019", "midden")),
    Somebody("sub", Means("ssmit", "Appeltaart-2", "999993653", "substantieel")),
    Somebody("bas", Means("bbos", "Appeltaart-3", "900029365", "basis", pin=None)),
    Somebody("hoog", Means("hhof", "Appeltaart-4", "999996411", "hoog")),
    Somebody("zonder", None),
)


@dataclass
class Moment:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def advance(self, **by: float) -> None:
        """Moves on."""
        self.now += timedelta(**by)


@dataclass
class Mailbag:
    """An SMS gateway that keeps what it is given."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, to: str, text: str) -> None:
        """Keeps the message."""
        self.sent.append((to, text))

    @property
    def last_code(self) -> str:
        """The six digits in the last message."""
        return "".join(filter(str.isdigit, self.sent[-1][1]))


@dataclass
class World:
    """Everything a test touches."""

    browser: Client
    clock: Moment
    sms: Mailbag
    sp: ServiceProvider
    folder: Path
    state: Path
    back: BackChannelClient
    new_browser: Callable[[], Client]

    def start(self, **changes: str | None) -> TestResponse:
        """Arrives at DigiD by the Redirect binding."""
        query = self.sp.redirect_query(self.sp.authn_request(self.clock(), signed=False, **changes))
        return self.browser.get(f"/saml/idp/request_authentication?{query}")

    def login_path(self, **changes: str | None) -> str:
        """The address of the first page of a new login."""
        response = self.start(**changes)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def sms_login(
        self, username: str = "mjansen", password: str = "Appeltaart-1", **changes: str | None
    ) -> str:
        """A whole login with the SMS check; gives the artifact."""
        path = self.login_path(**changes)
        typed = self.browser.post(f"{path}/sms", data={"username": username, "password": password})
        assert typed.status_code == 303, typed.text
        return artifact_in(self.browser.post(f"{path}/code", data={"code": self.sms.last_code}))

    def resolve(self, artifact: str) -> etree._Element:
        """The ArtifactResponse for an artifact, over the real back channel."""
        response = self.back.post(self.sp.artifact_resolve(artifact, self.clock()))
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"].startswith("text/xml")
        return only(etree.fromstring(response.content), "/soap:Envelope/soap:Body/samlp:ArtifactResponse")


def artifact_in(response: TestResponse) -> str:
    """The artifact in a redirect to the web service."""
    assert response.status_code == 302, response.text
    return parse_qs(urlsplit(response.headers["Location"]).query)["SAMLart"][0]


def words(response: TestResponse) -> str:
    """What a person reads on a page."""
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with keys, and a client certificate of the same authority that nobody registered."""
    state = tmp_path_factory.mktemp("digid")
    make_pki(state)
    write_pair(state / "pki", "stranger", issue(load_pair(state / "pki", "ca"), "stranger"))
    return state


@pytest.fixture
def world(keys: Path, tmp_path: Path) -> Iterator[World]:
    """A simulator with one registered web service."""
    state = tmp_path / "state"
    shutil.copytree(keys, state)
    clock, sms, port = Moment(_now()), Mailbag(), _free_port()
    addresses = Addresses(front="http://127.0.0.1:8100", back=f"https://127.0.0.1:{port}")
    simulator = make_simulator(
        state, addresses, Surroundings(people=lambda: PEOPLE, clock=clock, sms=sms, slow_seconds=0.01)
    )
    sp = ServiceProvider(load_pair(state / "pki", "cz-digid-signing"), addresses.sso, addresses.resolve)
    folder = state / "digid" / "sp"
    folder.mkdir(parents=True)
    (folder / "cz.xml").write_bytes(sp.metadata())
    server = TlsServer(("127.0.0.1", port), simulator.back, mutual_tls(state / "pki", BACK_CHANNEL))
    thread = run_in_thread(server)
    yield World(
        browser=simulator.front.test_client(),
        clock=clock,
        sms=sms,
        sp=sp,
        folder=folder,
        state=state,
        back=client(state, addresses.resolve, "broker-tls-client"),
        new_browser=simulator.front.test_client,
    )
    server.shutdown()
    thread.join(5)


def client(state: Path, url: str, name: str | None) -> BackChannelClient:
    """A client of the back channel that shows the certificate of that name, or none."""
    pki = state / "pki"
    certificate = (str(pki / f"{name}.pem"), str(pki / f"{name}.key")) if name else None
    return BackChannelClient(url, str(pki / "ca.pem"), certificate)


def _now() -> datetime:
    """Now in whole seconds: the keys are new, so an invented date would be before them."""
    return datetime.now(UTC).replace(microsecond=0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
