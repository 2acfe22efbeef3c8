"""The back channel at its worst: wrong TLS, silence, floods, odd answers. Asked once, and nobody gets in."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Event

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.digid.simulator import PKI_FOLDER
from demo.idp.soap import soap_fault
from demo.pki import KeyPair, issue, load_pair, make_authority, write_pair
from tests.support.back_channel_between import Answer, broker_calling, http, like_digid, listening
from tests.support.system import System

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
COUNTING_WINDOW_SECONDS = 61
LARGEST_BYTES = 256 * 1024
ADDRESS = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
ELSEWHERE = x509.SubjectAlternativeName([x509.DNSName("was.elsewhere.example")])


@dataclass(frozen=True)
class Case:
    """What is sent back, and what becomes of it."""

    answer: Answer
    notice: str
    reason: str


def _once(raw: bytes) -> Answer:
    return lambda _: (raw,)


def _endless(_call: bytes) -> Iterator[bytes]:
    yield http(b"", length=10**9).replace(b"Content-Length: 1000000000\r\n", b"")
    for _ in range(64):
        yield b"<a/>" * 4096


def _dripping(_call: bytes) -> Iterator[bytes]:
    """One byte at a time, each before the broker would lose patience over a silence."""
    yield http(b"", length=LARGEST_BYTES)
    rest = Event()
    for byte in itertools.repeat(b" ", 400):
        rest.wait(0.05)
        yield byte


CASES = {
    "larger than it may be": Case(
        _once(http(b"x" * (LARGEST_BYTES + 1))), "digid-failed", "channel.too-large"
    ),
    "large by its own word": Case(_once(http(b"<a/>", length=10**12)), "digid-failed", "channel.too-large"),
    "endless": Case(_endless, "digid-failed", "channel.too-large"),
    "dripping": Case(_dripping, "digid-unavailable", "channel.timeout"),
    "cut off": Case(_once(http(b"<soap", length=5000)), "digid-unavailable", "channel.broken"),
    "no HTTP at all": Case(_once(b"220 mail.example ESMTP\r\n\r\n"), "digid-unavailable", "channel.broken"),
    "a web page": Case(
        _once(http(b"<!doctype html><p>Onderhoud", content_type="text/html; charset=utf-8")),
        "digid-failed",
        "channel.content-type",
    ),
    "SOAP 1.2": Case(
        _once(http(b"<a/>", content_type="application/soap+xml")), "digid-failed", "channel.content-type"
    ),
    "another encoding": Case(
        _once(http(b"<a/>", content_type="text/xml; charset=utf-16")), "digid-failed", "channel.content-type"
    ),
    "compressed": Case(
        _once(http(gzip.compress(b"<a/>" * 1000), "Content-Encoding: gzip")),
        "digid-failed",
        "channel.encoding",
    ),
    "empty": Case(_once(http(b"")), "digid-failed", "xml.empty"),
    "a SOAP fault": Case(
        _once(http(soap_fault("unknown artifact"), status="500 Internal Server Error")),
        "digid-failed",
        "channel.soap-fault",
    ),
    "an error without a SOAP fault": Case(
        _once(http(b"<a/>", status="500 Internal Server Error")), "digid-unavailable", "channel.server-error"
    ),
    "our certificate refused": Case(
        _once(http(b"", status="403 Forbidden", content_type="text/plain")), "digid-failed", "channel.status"
    ),
    "elsewhere": Case(
        _once(http(b"", "Location: https://127.0.0.1:1/", status="307 Temporary Redirect")),
        "digid-failed",
        "channel.redirect",
    ),
}


@pytest.fixture(autouse=True)
def _failures_are_not_in_a_row(system: System) -> Iterator[None]:
    """The breaker counts failures of one minute; each test ends in a later one."""
    yield
    system.clock.advance(COUNTING_WINDOW_SECONDS)


@pytest.mark.parametrize("name", CASES)
def test_odd_answer_gives_no_login(system: System, name: str) -> None:
    """Asked once, the right notice, the reason in the log, no session."""
    case = CASES[name]
    with listening(case.answer, like_digid(system)) as between:
        patience = 0.2 if name == "dripping" else 5.0
        _assert_no_login(broker_calling(system, between.base_url, read_seconds=patience), case)
    assert len(between.calls) == 1


def _server_context(folder: Path, pair: KeyPair) -> ssl.SSLContext:
    write_pair(folder, "server", pair)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


@pytest.mark.parametrize("wrong", ["authority", "host", "purpose"])
def test_server_that_does_not_prove_to_be_digid_gets_nothing(
    system: System, tmp_path: Path, wrong: str
) -> None:
    """Not the artifact, nor the signed question: the call ends in the handshake."""
    ours = load_pair(system.state / PKI_FOLDER, "ca")
    authority = make_authority() if wrong == "authority" else ours
    usage = ExtendedKeyUsageOID.CLIENT_AUTH if wrong == "purpose" else ExtendedKeyUsageOID.SERVER_AUTH
    names = ELSEWHERE if wrong == "host" else ADDRESS
    pair = issue(authority, "server", [names, x509.ExtendedKeyUsage([usage])])
    context = _server_context(tmp_path, pair)
    with listening(_never, context) as between:
        case = Case(_never, "digid-unavailable", "channel.tls")
        _assert_no_login(broker_calling(system, between.base_url), case)
    assert between.calls == []


def test_server_without_tls_gets_nothing(system: System) -> None:
    """There is no going down to plain text."""
    with listening(_once(http(b"<a/>")), None) as between:
        case = Case(_never, "digid-unavailable", "channel.tls")
        _assert_no_login(broker_calling(system, between.base_url), case)
    assert between.calls == []


def test_server_with_old_tls_only_gets_nothing(system: System) -> None:
    """TLS 1.2 at least (NCSC, and DigiD's own rule)."""
    context = like_digid(system)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with listening(_never, context) as between:
        case = Case(_never, "digid-unavailable", "channel.tls")
        _assert_no_login(broker_calling(system, between.base_url), case)
    assert between.calls == []


def test_nobody_there_is_unavailable(system: System) -> None:
    """A port on which nobody listens; it is held, so that nobody else begins to."""
    case = Case(_never, "digid-unavailable", "channel.broken")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        _assert_no_login(broker_calling(system, f"https://127.0.0.1:{held.getsockname()[1]}"), case)


def _never(_: bytes) -> Iterable[bytes]:
    raise AssertionError("the broker trusted this server with its call")


def _assert_no_login(system: System, case: Case) -> None:
    texts = {
        "digid-failed": "Inloggen bij deze organisatie is niet gelukt.",
        "digid-unavailable": "Wij kunnen DigiD nu niet bereiken.",
    }
    browser, story = system.browser(), system.story()
    system.log_in(browser, system.portal().begin().url)
    assert (browser.page.status, browser.page.heading) == (200, "Inloggen bij Mijn CZ")
    assert texts[case.notice] in browser.page.text
    assert browser.page.support_code
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    refused = [event for event in story.events() if event.result == "refused"]
    assert [(event.kind, event.detail["reason"]) for event in refused] == [
        ("login.provider-answered", case.reason)
    ]
    assert refused[0].support_code == browser.page.support_code
