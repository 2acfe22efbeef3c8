"""The benchmark's DigiD trusts only what looks like a verified message, and answers as DigiD does."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from bench.doors import Asked, Reply
from bench.idp import PEOPLE_FILE, InstantDigid
from broker.providers.digid.form import digid_profile
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.refusal import GateRefused
from demo.digid.addresses import RESOLVE_PATH, SSO_PATH, Addresses
from demo.pki import load_pair, make_pki
from tests.demo.digid.service_provider import NAMESPACES, ServiceProvider, status_codes, xpath

_ADDRESSES = Addresses(front="http://127.0.0.1:8100", back="https://127.0.0.1:8101")
_PEOPLE = ["999990019", "999993653"]


@dataclass
class _Line:
    """A connection whose client showed the broker's certificate."""

    certificate: bytes

    def getpeercert(self, *, binary_form: bool) -> bytes:
        """It."""
        assert binary_form
        return self.certificate


class _World:
    def __init__(self, state: Path) -> None:
        make_pki(state)
        (state / PEOPLE_FILE).write_text(json.dumps(_PEOPLE))
        self.sp = ServiceProvider(
            load_pair(state / "pki", "cz-digid-signing"), _ADDRESSES.sso, _ADDRESSES.resolve
        )
        (state / "digid/sp").mkdir(parents=True)
        (state / "digid/sp/cz.xml").write_bytes(self.sp.metadata())
        self.digid = InstantDigid(state, _ADDRESSES, 0.0)
        shown = load_pair(state / "pki", "broker-tls-client").certificate.public_bytes(Encoding.DER)
        self._line = cast("ssl.SSLSocket", _Line(shown))
        self._trusted = [load_pair(state / "pki", "digid-signing").key.public_key()]

    def arrive(self, more: str = "", **changes: str) -> Reply:
        """A browser at the front door."""
        query = self.sp.redirect_query(self.sp.authn_request(datetime.now(UTC), signed=False, **changes))
        return self.digid.front(Asked(SSO_PATH, (query + more).encode(), b""))

    def resolve(self, artifact: str) -> Reply:
        """The broker at the back door."""
        body = self.sp.artifact_resolve(artifact, datetime.now(UTC))
        return self.digid.back(Asked(RESOLVE_PATH, b"", body), self._line)

    def log_in(self) -> bytes:
        """Both, one after the other."""
        return self.resolve(artifact_of(self.arrive())).body

    def opened(self, message: bytes) -> str:
        """Through the broker's own gate: both signatures, and what it says of whom."""
        open_artifact_response(message, digid_profile(want_assertions_signed=True), self._trusted)
        (name,) = xpath(etree.fromstring(message), "//saml:NameID")
        assert name.text
        return name.text.rpartition(":")[2]


@pytest.fixture
def world(tmp_path: Path) -> _World:
    """A DigiD that nobody has asked anything yet."""
    return _World(tmp_path)


def _values(answer: bytes, path: str) -> list[str]:
    found = etree.fromstring(answer).xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    return [str(value) for value in found]


def artifact_of(reply: Reply) -> str:
    """What the browser takes back."""
    assert reply.status == HTTPStatus.FOUND
    query = parse_qs(urlsplit(reply.location).query)
    assert query["RelayState"] == ["rs-1"]
    return query["SAMLart"][0]


def test_later_answers_are_doubly_signed_and_new_as_the_first_is(world: _World) -> None:
    """The gate takes each; the people take turns, and nothing that must be new is used twice."""
    answers = [world.log_in() for _ in range(4)]
    assert [world.opened(answer) for answer in answers] == _PEOPLE * 2
    for path in ("//@ID", "//@SessionIndex", "//saml:SubjectConfirmationData/@InResponseTo"):
        values = [value for answer in answers for value in _values(answer, path)]
        assert len(values) >= len(answers)
        assert len(set(values)) == len(values)


def test_first_request_is_verified_and_one_of_another_shape_is_too(world: _World) -> None:
    """A signature that is none is noticed wherever the shape is not that of a verified request."""
    wrong = "0" * 8
    query = world.sp.redirect_query(world.sp.authn_request(datetime.now(UTC)))
    forged = Asked(SSO_PATH, (query[:-20] + wrong + query[-12:]).encode(), b"")
    assert world.digid.front(forged).status == HTTPStatus.BAD_REQUEST
    world.log_in()
    other = world.sp.redirect_query(world.sp.authn_request(datetime.now(UTC), ProviderName="Other"))
    forged = Asked(SSO_PATH, (other[:-20] + wrong + other[-12:]).encode(), b"")
    assert world.digid.front(forged).status == HTTPStatus.BAD_REQUEST


def test_request_that_digid_would_refuse_is_refused(world: _World) -> None:
    """No artifact for one with forbidden content, or with none."""
    assert world.arrive(Version="1.1").status == HTTPStatus.BAD_REQUEST
    assert world.digid.front(Asked(SSO_PATH, b"", b"")).status == HTTPStatus.BAD_REQUEST


def test_artifact_is_good_once(world: _World) -> None:
    """The second time it stands for nothing, as at DigiD."""
    world.log_in()
    artifact = artifact_of(world.arrive())
    assert world.opened(world.resolve(artifact).body)
    refused = etree.fromstring(world.resolve(artifact).body)
    (response,) = xpath(refused, "//samlp:ArtifactResponse")
    assert status_codes(response) == ["Requester", "RequestDenied"]


def test_hostile_message_is_what_was_asked(world: _World) -> None:
    """Behind an artifact like any other."""
    world.log_in()
    message = world.resolve(artifact_of(world.arrive("&hostile=deep"))).body
    with pytest.raises(GateRefused):
        world.opened(message)
    assert world.opened(world.log_in())
