"""Markers of a person driven through every flow appear in nothing that the broker leaves behind (A65, B6-01).

A real server writes its log at the lowest level while people log in, turn back, fail, play with requests
and log out. Then everything that it left is searched: log, addresses, Referer, figures, traces, error pages,
the database's files, and every command that Redis was ever given.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from broker.tracing.otel import otlp_tracer
from tests.support.collector import Collector, collecting
from tests.support.every_flow import ERROR, drive_everything
from tests.support.mailbox import Mailbox, listening
from tests.support.markers import Markers
from tests.support.servers import running_redis
from tests.support.system import DIGID, Plan
from tests.support.watched_broker import Exchange, WatchedBroker, watched_broker

pytestmark = pytest.mark.flow

# What the broker may put into an address, and to whom: the protocols want it so.
ALLOWED_PARAMETERS = {
    "http://127.0.0.1:8401": {"code", "state", "iss", "error", "error_description"},
    "http://127.0.0.1:8402": {"code", "state", "iss", "error", "error_description"},
    DIGID: {"SAMLRequest", "RelayState", "SigAlg", "Signature"},
}


@dataclass
class Aftermath:
    """What the broker left behind."""

    broker: WatchedBroker
    markers: Markers
    log: bytes
    figures: bytes
    traces: Collector
    redis: bytes
    database: bytes

    @property
    def traffic(self) -> list[Exchange]:
        """Every exchange with it."""
        return self.broker.traffic


def test_spellings_find_what_is_hidden() -> None:
    """The search itself: a marker is found in each dress."""
    markers = Markers()
    markers.add("bsn", "939099603")
    markers.add("name", "Zoë Ramdin")
    for text in (
        b"x939099603x",
        base64.b64encode(b"sub=939099603;"),
        base64.b64encode(b"12939099603;;"),
        b"name=Zo%C3%AB+Ramdin",
        b'{"n": "Zo\\u00eb Ramdin"}',
    ):
        assert markers.found_in(text), text
    assert markers.found_in(b"939099604 nothing here") == []


def test_short_number_is_found_where_it_stands_alone() -> None:
    """A code of six digits, not the same six within a moment, an identifier or a greater number."""
    markers = Markers()
    markers.add("code", "180725")
    for text in (
        b"180725",
        b"code=180725&",
        b'{"code": "180725"}',
        b"uw code is 180725.",
        b"$6\r\n180725\r\n",
    ):
        assert markers.found_in(text), text
    for text in (b"20:57:29.180725Z", b"1795180725123", b"9f180725ab", b"c0180725"):
        assert not markers.found_in(text), text


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("request", {"bsn": "939099603"}),
        ("request", {"bsn": 939099603}),
        ("request", {"939099603": True}),
        ("login of 939099603", {}),
    ],
)
def test_marker_in_a_span_would_be_found(name: str, attributes: dict[str, str | int]) -> None:
    """The search of traces itself: a marker planted in a name or an attribute comes out of the collector."""
    markers = Markers()
    markers.add("bsn", "939099603")
    with collecting() as traces:
        tracer = otlp_tracer(traces.endpoint, sample_ratio=1.0)
        with tracer.span(name, {**attributes}):
            pass
        tracer.close()
        assert traces.spans() == [name]
        assert markers.found_in(traces.everything()) == ["bsn"]


@pytest.fixture(scope="module")
def aftermath(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Aftermath]:
    """All flows, driven once."""
    folder = tmp_path_factory.mktemp("marker")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    mailbox, markers = Mailbox(), Markers()
    with (
        running_redis("--appendonly", "yes", "--appendfsync", "no") as redis,
        listening(mailbox) as mail_port,
        collecting() as traces,
    ):
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}")
        mail = {"BROKER_MAIL__PORT": str(mail_port)}
        with watched_broker(folder, plan, **mail, **_tracing_to(traces)) as broker:
            drive_everything(broker, mailbox, markers)
            traces.wait_for("request", len(broker.traffic))
            yield Aftermath(
                broker,
                markers,
                log=broker.log_file.read_bytes(),
                figures=broker.figures().encode(),
                traces=traces,
                redis=_files(Path(urlsplit(redis.url).path).parent, "append*/*", "appendonly.aof"),
                database=_files(folder, "voordeur.sqlite3*"),
            )


def _tracing_to(traces: Collector) -> dict[str, str]:
    """Every span there can be, sent soon."""
    return {
        "BROKER_TRACING__ENDPOINT": traces.endpoint,
        "BROKER_TRACING__STORAGE": "true",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }


def _files(folder: Path, *patterns: str) -> bytes:
    return b"\n".join(
        file.read_bytes() for pattern in patterns for file in folder.glob(pattern) if file.is_file()
    )


def own_address(exchange: Exchange) -> frozenset[str]:
    """What a page may repeat: the link by which it was opened, in its own links to the other language."""
    return frozenset({"link"} if "link=" in exchange.query else ())


def test_markers_of_every_kind_went_through(aftermath: Aftermath) -> None:
    """Otherwise finding nothing means nothing."""
    kinds = {"bsn", "name", "phone", "password", "mail", "code", "access token", "id token"}
    assert kinds | {"artifact", "cookie", "sms code", "client assertion", "link"} <= set(
        aftermath.markers.values
    )
    assert len(aftermath.traffic) > 150
    assert len(aftermath.log.splitlines()) > 150
    assert len(aftermath.redis) > 10_000
    assert len(aftermath.database) > 10_000
    provider_answers = aftermath.figures.decode()
    for outcome in ("granted", "cancelled", "failed", "unavailable", "refused"):
        assert f'outcome="{outcome}"' in provider_answers, outcome


def test_log_holds_no_marker(aftermath: Aftermath) -> None:
    """At debug level, from both processes and the worker."""
    assert aftermath.markers.found_in(aftermath.log) == []


def test_log_is_one_json_object_a_line(aftermath: Aftermath) -> None:
    """Carriage returns and line feeds in what was sent begin no line of their own (A73)."""
    for line in aftermath.log.splitlines():
        if not line.startswith(b"[INFO]"):  # The HTTP server's own words about starting.
            assert isinstance(json.loads(line), dict), line


def test_log_has_one_line_for_each_request(aftermath: Aftermath) -> None:
    """With a route, a status and who asked; with neither path nor query."""
    lines = [json.loads(line) for line in aftermath.log.splitlines() if b'"event": "request"' in line]
    assert len(lines) >= len(aftermath.traffic)
    granted = [line for line in lines if line.get("outcome") == "login.granted"]
    assert {(line["brand"], line["client_id"], line["provider"]) for line in granted} == {
        ("cz", "mijn-cz", "digid"),
        ("cz", "mijn-cz-zakelijk", "password"),
    }
    routes = {line["route"] for line in lines}
    assert "/saml/<brand>/<any(digid, eherkenning):scheme>/acs" in routes
    assert not any("?" in (route or "") for route in routes)
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_addresses_carry_only_what_the_protocol_wants(aftermath: Aftermath) -> None:
    """No marker in a redirect but the code for the portal; to others nothing beyond the protocol's words."""
    seen = set()
    for exchange in aftermath.traffic:
        location = exchange.header("Location")
        if location is None:
            continue
        parts = urlsplit(location)
        origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else aftermath.broker.system.issuer
        seen.add(origin)
        names = {name for name, _ in parse_qsl(parts.query)}
        assert names <= ALLOWED_PARAMETERS.get(origin, {"handle"}), location
        text = re.sub(r"(?<=[?&])(code|state|SAMLRequest|RelayState|Signature|handle)=[^&]*", "", location)
        assert aftermath.markers.found_in(text.encode()) == [], location
        # A state comes back as it was sent, and one test sends a number as state: nothing else may hold it.
        assert not parts.fragment
    assert seen == {aftermath.broker.system.issuer, *ALLOWED_PARAMETERS}


def test_links_and_forms_of_pages_carry_no_marker(aftermath: Aftermath) -> None:
    """An address in a page is as good as one in the bar; a redirect repeats its own in its body."""
    for exchange in aftermath.traffic:
        if exchange.header("Location") is not None:
            continue
        if "text/html" not in (exchange.header("Content-Type") or ""):
            continue
        for address in re.findall(rb'(?:href|action|src)="([^"]*)"', exchange.body):
            assert aftermath.markers.found_in(address, leaving_out=own_address(exchange)) == [], address


def test_pages_let_no_address_out_as_referer(aftermath: Aftermath) -> None:
    """The address of our pages stays with us, and personal answers are kept by nobody (A66, B6-02)."""
    for exchange in aftermath.traffic:
        assert exchange.header("Referrer-Policy") == "same-origin"
        if not exchange.path.startswith(("/static/", "/.well-known/", "/oauth2/jwks")):
            assert "no-store" in (exchange.header("Cache-Control") or ""), exchange.path


def test_figures_hold_no_marker(aftermath: Aftermath) -> None:
    """Not as a label either."""
    assert aftermath.markers.found_in(aftermath.figures) == []


def test_traces_hold_no_marker(aftermath: Aftermath) -> None:
    """Requests, back channel and stores, of both processes."""
    spans = aftermath.traces.spans()
    assert {"request", "back channel"} < set(spans)
    assert len(spans) > 2 * len(aftermath.traffic)
    assert aftermath.markers.found_in(aftermath.traces.everything()) == []


def test_error_pages_hold_no_marker_and_no_inner_words(aftermath: Aftermath) -> None:
    """What went wrong is said in our words, without XML, traces or names of libraries (A75, B6-12)."""
    errors = [exchange for exchange in aftermath.traffic if exchange.status >= ERROR]
    assert len(errors) > 5
    for exchange in errors:
        found = aftermath.markers.found_in(exchange.body, leaving_out=own_address(exchange))
        assert found == [], exchange.path
        for word in (b"traceback", b"saml:", b"samlp:", b"<?xml", b"lxml", b"werkzeug", b"sqlalchemy"):
            assert word not in exchange.body.lower(), exchange.path


def test_database_holds_no_marker_in_clear(aftermath: Aftermath) -> None:
    """Also not in its write-ahead log, where old rows stay for a while."""
    assert aftermath.markers.found_in(aftermath.database) == []


def test_redis_was_never_told_a_marker_in_clear(aftermath: Aftermath) -> None:
    """Its append-only file holds every command, so also what was there for a second only."""
    assert aftermath.markers.found_in(aftermath.redis) == []
