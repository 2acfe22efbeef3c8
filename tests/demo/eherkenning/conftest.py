"""The simulator under test: the real applications, the real TLS server, keys and people of its own."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from lxml import etree
from werkzeug.test import Client, TestResponse

from demo.eherkenning.addresses import Addresses
from demo.eherkenning.people import Branch, Mandate, Means, Organisation
from demo.eherkenning.simulator import BACK_CHANNEL, Surroundings, make_simulator
from demo.idp.server import TlsServer, mutual_tls, run_in_thread
from demo.pki import issue, load_pair, make_pki, write_pair
from tests.demo.eherkenning.dienstverlener import ACS, Dienstverlener, only

ONE = Organisation("90000011", "Eén B.V.", rsin="900135402")
TWO = Organisation("90000022", "Twee B.V.")
THREE = Organisation("90000033", "Drie B.V.")
NORTH, SOUTH = Branch("000090000221", "Noord"), Branch("000090000222", "Zuid")


@dataclass(frozen=True)
class Somebody:
    """A person in these tests."""

    eherkenning: Means | None


PEOPLE = (
    Somebody(Means("een", "Appeltaart-1", "kompas", "eH3", (Mandate(ONE),))),
    Somebody(
        Means(
            "meer",
            "Appeltaart-2",
            "kompas",
            "eH3",
            (
                Mandate(ONE),
                Mandate(TWO, (NORTH, SOUTH)),
                Mandate(THREE, intermediary=TWO),
                Mandate(TWO, (SOUTH,), whole=False),
            ),
        )
    ),
    Somebody(Means("laag", "Appeltaart-3", "poortpas", "eH2", (Mandate(ONE),))),
    Somebody(Means("hoog", "Appeltaart-4", "kompas", "eH4", (Mandate(ONE),))),
    Somebody(Means("niemand", "Appeltaart-5", "kompas", "eH3", ())),
    Somebody(None),
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
class World:
    """Everything a test touches."""

    browser: Client
    clock: Moment
    dv: Dienstverlener
    state: Path
    addresses: Addresses
    new_browser: Callable[[], Client]

    @property
    def pki(self) -> Path:
        """Where keys and certificates are."""
        return self.state / "pki"

    def start(self, inside: str = "", issuer: str = "", **changes: str | None) -> TestResponse:
        """Arrives at the makelaar by the POST binding."""
        request = self.dv.authn_request(self.clock(), inside, issuer, **changes)
        return self.browser.post("/broker/sso", data=self.dv.post_form(request))

    def login_path(self, inside: str = "", **changes: str | None) -> str:
        """The address of the pages of a new login."""
        response = self.start(inside, "", **changes)
        assert response.status_code == 303, response.text
        return response.headers["Location"]

    def press(self, path: str, step: str, **typed: str) -> TestResponse:
        """Takes one step of a login."""
        return self.browser.post(f"{path}/{step}", data=typed)

    def at_supplier(self, supplier: str = "kompas", **changes: str | None) -> str:
        """A new login that stands at the supplier's page."""
        path = self.login_path("", **changes)
        assert self.press(path, "leverancier", leverancier=supplier).status_code == 303
        return path

    def log_in(self, username: str = "een", **changes: str | None) -> TestResponse:
        """A whole login of somebody with one mandate; gives what leads back."""
        means = next(
            one.eherkenning for one in PEOPLE if one.eherkenning and one.eherkenning.username == username
        )
        path = self.at_supplier(means.supplier, **changes)
        return self.press(path, "wachtwoord", username=username, password=means.password)

    def fault(self, name: str) -> None:
        """Switches on one fault."""
        assert self.browser.post("/api/faults", json={"fault": name}).get_json() == {"active": name}

    def call(self, body: bytes, certificate: str | None = "broker-tls-client") -> requests.Response:
        """One SOAP call to the back channel."""
        shown = (str(self.pki / f"{certificate}.pem"), str(self.pki / f"{certificate}.key"))
        return requests.post(
            self.addresses.resolve,
            data=body,
            headers={"Content-Type": "text/xml"},
            cert=shown if certificate else None,
            verify=str(self.pki / "ca.pem"),
            timeout=30,
            allow_redirects=False,
        )

    def resolve(self, artifact: str) -> etree._Element:
        """The ArtifactResponse for an artifact, over the real back channel."""
        response = self.call(self.dv.artifact_resolve(artifact, self.clock()))
        assert response.status_code == 200, response.text
        return only(etree.fromstring(response.content), "/soap:Envelope/soap:Body/samlp:ArtifactResponse")

    def by_artifact(self, username: str = "een", **changes: str | None) -> etree._Element:
        """The ArtifactResponse of a whole login."""
        return self.resolve(artifact_in(self.log_in(username, **changes)))

    def by_post(self, username: str = "een", **changes: str | None) -> etree._Element:
        """The Response of a whole login that is answered by POST."""
        changes = {"AssertionConsumerServiceIndex": "1", **changes}
        return posted_in(self.log_in(username, **changes))

    def assertion(self, username: str = "een", **changes: str | None) -> etree._Element:
        """The Assertion of a whole login."""
        return only(self.by_artifact(username, **changes), "samlp:Response/saml:Assertion")


def artifact_in(response: TestResponse) -> str:
    """The artifact in a redirect to the service provider."""
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(f"{ACS}?SAMLart=")
    return parse_qs(urlsplit(response.headers["Location"]).query)["SAMLart"][0]


def fields_in(response: TestResponse) -> dict[str, str]:
    """The fields of the form that brings a posted answer."""
    assert response.status_code == 200, response.text
    form = BeautifulSoup(response.text, "html.parser").select_one("form[data-sends-itself]")
    assert form is not None, words(response)
    assert form["action"] == ACS
    return {str(one["name"]): str(one["value"]) for one in form.select("input")}


def posted_in(response: TestResponse) -> etree._Element:
    """The Response in such a form."""
    return etree.fromstring(base64.b64decode(fields_in(response)["SAMLResponse"]))


def words(response: TestResponse) -> str:
    """What a person reads on a page."""
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


@pytest.fixture(scope="session")
def eherkenning_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with keys, and pairs of the same authority that nobody registered."""
    state = tmp_path_factory.mktemp("eherkenning")
    make_pki(state)
    for name in ("stranger", "zz-eherkenning-next"):
        write_pair(state / "pki", name, issue(load_pair(state / "pki", "ca"), name))
    return state


@pytest.fixture
def world(eherkenning_keys: Path, tmp_path: Path) -> Iterator[World]:
    """A simulator with one connected service provider."""
    with running(eherkenning_keys, tmp_path) as world:
        yield world


@contextmanager
def running(keys: Path, folder: Path) -> Iterator[World]:
    """A simulator on a copy of these keys, with its back channel listening."""
    state = folder / "state"
    shutil.copytree(keys, state)
    clock = Moment(datetime.now(UTC).replace(microsecond=0))
    # The port is taken before there is anything to serve on it, so that nobody else gets it in between.
    server = TlsServer(("127.0.0.1", 0), lambda *_: [], mutual_tls(state / "pki", BACK_CHANNEL))
    addresses = Addresses(back=f"https://127.0.0.1:{server.server_port}")
    around = Surroundings(people=lambda: PEOPLE, clock=clock, slow_seconds=0.01)
    simulator = make_simulator(state, addresses, around)
    dv = dienstverlener(state, addresses, folder / "dv")
    connect(state, dv)
    server.app = simulator.back
    thread = run_in_thread(server)
    try:
        yield World(simulator.front.test_client(), clock, dv, state, addresses, simulator.front.test_client)
    finally:
        server.shutdown()
        thread.join(30)


def dienstverlener(state: Path, addresses: Addresses, folder: Path) -> Dienstverlener:
    """The service provider with the demo's keys for one."""
    folder.mkdir()
    pki = state / "pki"
    shutil.copy(pki / "zz-eherkenning-signing.key", folder / "signing.key")
    return Dienstverlener(
        signing=load_pair(pki, "zz-eherkenning-signing"),
        encryption=load_pair(pki, "zz-eherkenning-encryption"),
        sso=addresses.sso,
        resolve_url=addresses.resolve,
        folder=folder,
    )


def connect(state: Path, dv: Dienstverlener) -> None:
    """Puts its two documents where the simulator looks."""
    for folder, document in (("sp", dv.metadata()), ("catalogue", dv.catalogue())):
        (state / "eherkenning" / folder).mkdir(parents=True, exist_ok=True)
        (state / "eherkenning" / folder / "zz.xml").write_bytes(document)
