"""The whole road of a login with our bytes behind the artifact: browser, ACS, back channel, audit log.

The broker is the real one; what stands in for DigiD is a TLS server that answers each ArtifactResolve with
the message that a test makes for that very login.
"""

from __future__ import annotations

import base64
import re
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha1
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, request
from lxml import etree

from broker.app import create_app
from broker.wiring.digid import acs_url
from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import BACK_CHANNEL, PKI_FOLDER, load_signer
from demo.idp.server import TlsServer, mutual_tls, run_in_thread
from demo.pki import load_pair
from tests.support.browser import Browser, Page
from tests.support.relying_party import RelyingParty
from tests.support.saml.answers import Scene
from tests.support.saml.keys import Pair
from tests.support.saml.signers import SAML, SAMLP
from tests.support.system import System

# What differs from one attempt to the next without meaning anything: handles, nonces, codes.
_HANDLES = re.compile(r"[A-Za-z0-9_-]{20,}")
_SUPPORT_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass
class Road:
    """A broker whose back channel says what `make` makes of the scene of the login."""

    system: System
    broker: Flask
    addresses: Addresses
    key: Pair
    make: Callable[[Scene], bytes] = field(default=lambda _: b"")
    resolved: int = 0

    def start(self) -> Journey:
        """A browser on its way to DigiD with a request."""
        browser = Browser({self.system.issuer: self.broker})
        portal = RelyingParty.of_state(self.broker, self.system.issuer, self.system.state, self.system.clock)
        browser.open(portal.begin().url)
        browser.press("Inloggen met DigiD")
        query = parse_qs(urlsplit(browser.page.url).query)
        deflated = base64.b64decode(query["SAMLRequest"][0])
        sent = etree.fromstring(zlib.decompress(deflated, wbits=-15))
        issuer = sent.findtext(f"{{{SAML}}}Issuer") or ""
        scene = Scene(
            now=self.system.clock().replace(microsecond=0),
            request_id=sent.get("ID", ""),
            idp=self.addresses.entity_id,
            sp=issuer,
            acs=acs_url(self.system.settings, "cz"),
            key=self.key,
        )
        return Journey(self, browser, scene, query["RelayState"][0])

    def answer(self, scene: Scene, envelope: bytes) -> bytes:
        """What the back channel says to this ArtifactResolve."""
        self.resolved += 1
        resolve = etree.fromstring(envelope).find(f".//{{{SAMLP}}}ArtifactResolve")
        assert resolve is not None
        return self.make(replace(scene, resolve_id=resolve.get("ID", "")))


@dataclass
class Journey:
    """One login attempt of one browser."""

    road: Road
    browser: Browser
    scene: Scene
    relay_state: str

    def come_back(self, make: Callable[[Scene], bytes]) -> Page:
        """The browser brings an artifact, behind which lies what `make` makes."""
        self.road.make = lambda scene: make(self._with(scene))
        return self.browser.follow_link_from_elsewhere(f"{self.scene.acs}?{self._query()}")

    def come_back_again(self) -> Page:
        """The same request once more, with another artifact."""
        return self.browser.follow_link_from_elsewhere(f"{self.scene.acs}?{self._query()}")

    @property
    def has_session(self) -> bool:
        """Whether the browser was given a session."""
        return any("session" in name for name in self.browser.cookies(self.road.system.issuer))

    def _with(self, scene: Scene) -> Scene:
        return replace(self.scene, resolve_id=scene.resolve_id)

    def _query(self) -> str:
        source = sha1(self.scene.idp.encode(), usedforsecurity=False).digest()
        artifact = base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()
        return urlencode({"SAMLart": artifact, "RelayState": self.relay_state})


@contextmanager
def running_road(system: System) -> Iterator[Road]:
    """Put our back channel behind a second broker on the stores of `system`."""
    server = TlsServer(("127.0.0.1", 0), lambda *_: [], mutual_tls(system.state / PKI_FOLDER, BACK_CHANNEL))
    addresses = Addresses(back=f"https://127.0.0.1:{server.server_port}")
    metadata = idp_metadata(addresses, load_signer(system.state))
    (system.state / "digid/idp-metadata.xml").write_bytes(metadata)
    pair = load_pair(system.state / PKI_FOLDER, "digid-signing")
    road = Road(system, create_app(system.settings), addresses, Pair(pair.key, pair.certificate))
    channel = Flask("back-channel-of-the-mutations")

    @channel.post("/<path:_>")
    def resolve(_: str) -> Response:
        return Response(road.answer(Scene(key=road.key), request.get_data()), mimetype="text/xml")

    server.app = channel
    thread = run_in_thread(server)
    try:
        yield road
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def without_handles(html: str) -> str:
    """A page without what is drawn afresh for every attempt, the support code among it."""
    return _HANDLES.sub("#", _SUPPORT_CODE.sub("CODE", html))
