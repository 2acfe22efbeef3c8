"""DigiD's reading of what the broker sends: in full the first time, by its shape after that.

A message is believed when it differs from one that the simulator has read and verified in nothing but what
is new in every message: IDs, the moment, the artifact, and digest and signature, which are **not** verified
again. Verifying is DigiD's work and not the broker's, and would take cores that are the broker's here.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from lxml import etree

from bench.shape import Shape
from demo.digid.requests import AuthnRequest, RequestReader
from demo.idp.forms import DS, SAML, SAMLP


class Arrived(NamedTuple):
    """A believed AuthnRequest, and its RelayState as the browser brought it: still encoded."""

    request: AuthnRequest
    relay_state: str


class Resolve(NamedTuple):
    """What an ArtifactResolve asks."""

    resolve_id: str
    entity_id: str
    artifact: str


@dataclass(frozen=True, slots=True)
class QuickReader:
    """Reads AuthnRequests by Redirect; `reader` is the simulator's, for those of a shape that is new."""

    reader: RequestReader
    _learned: dict[str, tuple[Shape, AuthnRequest]] = field(default_factory=dict)

    def read(self, query: bytes) -> Arrived:
        """Raises `Untrusted` or `ValueError` for what is no request that DigiD would grant."""
        raw = dict(part.split(b"=", 1) for part in query.split(b"&"))
        document = zlib.decompress(b64decode(unquote_to_bytes(raw[b"SAMLRequest"])), -zlib.MAX_WBITS).decode()
        relay_state = raw.get(b"RelayState", b"").decode("ascii")
        for shape, like in tuple(self._learned.values()):
            values = shape.read(document)
            if values is not None:
                return Arrived(replace(like, request_id=values["id"]), relay_state)
        request = self.reader.from_query(query).request
        if request.fault:
            raise ValueError(request.fault)
        shape = Shape.of(document, {"id": request.request_id, "moment": _attribute(document, "IssueInstant")})
        self._learned[request.provider.entity_id] = shape, request
        return Arrived(request, relay_state)


@dataclass(frozen=True, slots=True)
class QuickResolves:
    """Reads ArtifactResolves of those senders of whom one was learned."""

    _learned: dict[str, Shape] = field(default_factory=dict)

    def read(self, body: bytes) -> Resolve | None:
        """What it asks, or None when it is like none that was learned."""
        text = body.decode()
        for entity_id, shape in tuple(self._learned.items()):
            values = shape.read(text)
            if values is not None:
                return Resolve(values["id"], entity_id, values["artifact"])
        return None

    def learn(self, body: bytes, granted: Container[str]) -> None:
        """From one that the simulator has verified; `granted` are the IDs of those that got a login."""
        message = next(etree.fromstring(body).iter(f"{{{SAMLP}}}ArtifactResolve"))
        if message.attrib["ID"] not in granted:
            return
        values = {
            "id": message.attrib["ID"],
            "moment": message.attrib["IssueInstant"],
            "artifact": _text(message, SAMLP, "Artifact"),
            "digest": _text(message, DS, "DigestValue"),
            "signature": _text(message, DS, "SignatureValue"),
        }
        self._learned[_text(message, SAML, "Issuer")] = Shape.of(body.decode(), values)


def _attribute(document: str, name: str) -> str:
    return str(etree.fromstring(document.encode()).attrib[name])


def _text(message: etree._Element, namespace: str, name: str) -> str:
    found = message.findtext(f".//{{{namespace}}}{name}")
    if not found:
        raise ValueError(f"there is no {name}")
    return found
