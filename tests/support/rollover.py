"""An operator who replaces keys while people log in: restarts, hands in, and waits for a moment."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from broker.app import create_app
from broker.settings import Settings
from broker.settings.next_key import NextKey
from demo.digid.simulator import PKI_FOLDER
from demo.idp.server import TlsServer, run_in_thread
from demo.pki import issue, load_pair, write_pair
from tests.support.system import System

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SOON_SECONDS = 120


@dataclass
class Switch:
    """An address at which one application takes the place of another, as at a restart."""

    application: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Whatever stands there now answers."""
        return self.application(environ, start_response)


@dataclass
class Operator:
    """Looks after one system."""

    system: System
    switch: Switch = field(init=False)

    def __post_init__(self) -> None:
        self.switch = Switch(self.system.broker)
        self.system.broker = self.switch

    def restart(self, settings: Settings) -> None:
        """New processes with other settings, on the same stores."""
        self.system.settings = settings
        self.switch.application = create_app(settings)

    def order(self, name: str) -> None:
        """A new key with its certificate."""
        pki = self.system.state / PKI_FOLDER
        write_pair(pki, name, issue(load_pair(pki, "ca"), name))

    def next_key(self, name: str) -> NextKey:
        """That key, from a moment soon on."""
        moment = self.system.clock() + timedelta(seconds=SOON_SECONDS)
        return NextKey(
            key_file=self.file(name, "key"), certificate_file=self.file(name, "pem"), active_from=moment
        )

    def wait_for_the_moment(self) -> None:
        """Until it is there."""
        self.system.clock.advance(SOON_SECONDS)

    def file(self, name: str, ending: str) -> Path:
        """Where a key or a certificate is."""
        return self.system.state / PKI_FOLDER / f"{name}.{ending}"

    def register_tls(self, place: str, *names: str) -> None:
        """At the other side, the client certificates that it is to take."""
        pems = (self.file(name, "pem").read_bytes() for name in names)
        (self.system.state / place).write_bytes(b"".join(pems))

    def published(self, path: str) -> bytes:
        """Our metadata as it is served now."""
        answer = self.system.broker_answer(f"{self.system.issuer}{path}")
        assert answer.status_code == 200
        return bytes(answer.data)


@dataclass
class Stream:
    """Logins that overlap: one is always under way, whatever happens in between."""

    begin: Callable[[], object]
    finish: Callable[[object], None]
    finished: int = 0
    _under_way: object = None

    def step(self) -> None:
        """Finish the one that began before the last change, and begin another."""
        self.pause()
        self._under_way = self.begin()

    def pause(self) -> None:
        """Finish it, and begin none."""
        if self._under_way is not None:
            self.finish(self._under_way)
            self.finished += 1
        self._under_way = None


@dataclass
class PublishedFeed:
    """A feed at an https address; `document` is what stands there."""

    url: str = ""
    document: bytes = b""

    def answer(self, _: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Whoever asks gets it."""
        start_response("200 OK", [("Content-Type", "application/samlmetadata+xml")])
        return [self.document]


@contextmanager
def running_feed(state: Path) -> Iterator[PublishedFeed]:
    """On a free port, with a certificate of the demo's authority."""
    pki, feed = state / PKI_FOLDER, PublishedFeed()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "eherkenning-backchannel.pem", pki / "eherkenning-backchannel.key")
    server = TlsServer(("127.0.0.1", 0), feed.answer, context)
    feed.url = f"https://127.0.0.1:{server.server_port}/metadata"
    thread = run_in_thread(server)
    try:
        yield feed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_brand(settings: Settings, name: str, **sections: object) -> Settings:
    """The settings with other sections of one brand."""
    brand = settings.brands[name].model_copy(update=sections)
    return replace(settings, brands={**settings.brands, name: brand})


def with_provider(settings: Settings, name: str, **keys: object) -> Settings:
    """The settings with other keys of one provider."""
    provider = settings.providers[name].model_copy(update=keys)
    return replace(settings, providers={**settings.providers, name: provider})


def in_days(now: datetime, days: int) -> datetime:
    """A moment in whole seconds."""
    return (now + timedelta(days=days)).replace(microsecond=0)
