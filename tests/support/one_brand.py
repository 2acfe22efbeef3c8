"""Two business portals of one brand, of different strictness, whose back channels a test listens to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import KeySet
from werkzeug.test import Client

from broker.wiring.ended_sessions import backchannel_logout, endings_sweep
from tests.support.business import IZA, READABLE, ZAKELIJK
from tests.support.system import System

STRICT, MILD = ZAKELIJK, IZA
"""At the first an app is demanded and can be set up; at the second a password is enough, and only a telephone
can be set up."""

ONE_BRAND = READABLE | {
    'brand = "iza"': 'brand = "cz"',
    'minimum_level = { password = "sms" }': 'minimum_level = { password = "totp" }',
    'minimum_level = { password = "password" }\nsecond_factors = ["totp", "sms"]\n': (
        'minimum_level = { password = "password" }\nsecond_factors = ["sms"]\n'
    ),
}


@dataclass
class Ear:
    """A portal's back-channel address: the logout tokens that it got, and what it answers."""

    url: str = ""
    status: int = 200
    tokens: list[str] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening_portal() -> Iterator[Ear]:
    """A portal on a free port."""
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            ear.tokens += form["logout_token"]
            self.send_response(ear.status)
            self.end_headers()
            ear.heard.set()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.url = f"http://127.0.0.1:{server.server_port}/out"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def heard_by(strict: Ear, mild: Ear) -> dict[str, str]:
    """The words of the sample that make these the ears of the two portals."""
    return {
        "http://127.0.0.1:8402/backchannel-logout": strict.url,
        "http://127.0.0.1:8403/backchannel-logout": mild.url,
    }


def tell_portals(system: System) -> int:
    """One round of the worker's two jobs; how many portals were told."""
    endings_sweep(system.stores)()
    return backchannel_logout(system.settings, system.stores).run()


def read_logout_token(system: System, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a logout token, verified with the published keys."""
    published = Client(system.broker).get("/oauth2/jwks", base_url=system.issuer)
    verified = jws.deserialize_compact(
        token, KeySet.import_key_set(json.loads(published.data)), algorithms=["ES256"]
    )
    assert verified.payload is not None
    return dict(verified.headers()), json.loads(verified.payload)


def claims_of(system: System, token: str) -> dict[str, Any]:
    """What it says."""
    return read_logout_token(system, token)[1]
