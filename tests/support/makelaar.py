"""The eHerkenning simulator beside the broker: real messages, real mutual TLS, pages without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from flask import Flask

from broker.settings import Settings
from broker.wiring.eherkenning import eherkenning_metadata, service_catalogue
from demo.clock import DemoClock
from demo.eherkenning.addresses import Addresses
from demo.eherkenning.metadata import hm_metadata
from demo.eherkenning.people import Means
from demo.eherkenning.simulator import BACK_CHANNEL, PKI_FOLDER, Surroundings, load_signer, make_simulator
from demo.idp.server import TlsServer, mutual_tls, run_in_thread
from demo.people import PEOPLE
from tests.support.browser import Browser

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAKELAAR = "http://127.0.0.1:8200"


@contextmanager
def running_makelaar(state: Path, clock: DemoClock) -> Iterator[Flask]:
    """The simulator with its back channel on a free port."""
    server = TlsServer(("127.0.0.1", 0), _not_ready, mutual_tls(state / PKI_FOLDER, BACK_CHANNEL))
    addresses = Addresses(front=MAKELAAR, back=f"https://127.0.0.1:{server.server_port}")
    (state / "eherkenning").mkdir(parents=True, exist_ok=True)
    (state / "eherkenning/hm-metadata.xml").write_bytes(hm_metadata(addresses, load_signer(state)))
    simulator = make_simulator(state, addresses, Surroundings(clock=clock, slow_seconds=1.0))
    server.app = simulator.back
    thread = run_in_thread(server)
    try:
        yield simulator.front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connect_to_makelaar(state: Path, settings: Settings, brand: str, clock: DemoClock) -> None:
    """Hand our metadata and our part of the catalogue in."""
    documents = {
        "catalogue": service_catalogue(settings, brand, now=clock()),
        "sp": eherkenning_metadata(settings, brand, now=clock()),
    }
    for folder, document in documents.items():
        place = state / "eherkenning" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{brand}.xml").write_bytes(document)


def means_of(person: str) -> Means:
    """A person's eHerkenning."""
    found = next(one.eherkenning for one in PEOPLE if one.id == person)
    assert found is not None
    return found


@dataclass(frozen=True)
class Choice:
    """What somebody chooses at the makelaar: the company and the branch by their places on the page."""

    company: int = 0
    scope: int = 0


WHOLE_FIRST = Choice()


def pass_makelaar(browser: Browser, person: str, choice: Choice = WHOLE_FIRST) -> str:
    """From the button on our page to where the answer led; the last address."""
    reach_makelaar(browser)
    return leave_makelaar(browser, person, choice)


def reach_makelaar(browser: Browser) -> str:
    """From the button on our page to the page where somebody chooses a supplier; the relay state."""
    browser.press("Inloggen met eHerkenning")
    if browser.page.url.startswith(MAKELAAR):
        return parse_qs(urlsplit(browser.history[-2].url).query)["RelayState"][0]
    # By POST our own page carries the request.
    field = browser.page.soup.select_one("input[name=RelayState]")
    assert field is not None
    browser.press("Doorgaan")
    return str(field["value"])


def answer_at_the_door(browser: Browser, issuer: str, person: str) -> dict[str, str]:
    """From there to our door; what the browser holds there, which we have not seen."""
    ours = browser.sites.pop(issuer)
    leave_makelaar(browser, person)
    browser.sites[issuer] = ours
    query = parse_qs(urlsplit(browser.page.url).query)
    return browser.page.fields or {name: values[0] for name, values in query.items()}


def leave_makelaar(browser: Browser, person: str, choice: Choice = WHOLE_FIRST) -> str:
    """From there to where the answer led."""
    means = means_of(person)
    browser.press("Doorgaan", leverancier=means.supplier)
    browser.press("Inloggen", username=means.username, password=means.password)
    if len(means.mandates) > 1:
        browser.press("Doorgaan", bedrijf=str(choice.company))
    if len(means.mandates[choice.company].scopes) > 1:
        browser.press("Doorgaan", vestiging=str(choice.scope))
    if browser.page.url.startswith(MAKELAAR) and browser.page.soup.select_one("form[data-sends-itself]"):
        browser.press("Doorgaan")
    return browser.page.url


def _not_ready(_: WSGIEnvironment, __: StartResponse) -> list[bytes]:
    raise RuntimeError("the simulator is not there yet")
