"""The valid messages that variants are made from: every form of answer that the gate lets in.

These are DigiD's: an ArtifactResponse in a SOAP envelope and nothing else. Those of eHerkenning, a bare
Response among them, stand in `eherkenning_forms`; each form knows its way to an outcome and its outermost
signed element.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml.etree import _Element

from tests.security.mutations.smith import DIGID_STAMP, Stamp, stamped
from tests.security.mutations.ways import Opened, Outcome, by_digid
from tests.support.saml.answers import (
    INNER_PLACE,
    OUTER_PLACE,
    Scene,
    envelope_text,
    response_text,
    status_text,
)
from tests.support.saml.signers import SAMLP

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_PATH = f"{{{_SOAP}}}Body/{{{SAMLP}}}ArtifactResponse"


@dataclass(frozen=True)
class Form:
    """One valid message. `text` has places for the signatures; `want` is the connection's setting."""

    name: str
    scene: Scene = field(repr=False)
    text: str = field(repr=False)
    want: bool = True
    stamp: Stamp = field(default=Stamp(), repr=False)
    successful: bool = True

    @property
    def outermost(self) -> str:
        """The local name of the element that the outermost signature is over."""
        return "ArtifactResponse"

    def answers(self, root: _Element) -> list[_Element]:
        """Where that element may stand in a document."""
        return root.findall(_PATH)

    def judged(self, message: bytes, trusted: Sequence[RSAPublicKey]) -> tuple[Opened, Outcome]:
        """Gate and meaning, as a login with this scheme has them."""
        return by_digid(self.scene, message, trusted, want=self.want)

    @cached_property
    def message(self) -> bytes:
        """As the other side sends it."""
        return self.sign(self.text)

    @cached_property
    def signed_text(self) -> str:
        """The same as text."""
        return self.message.decode()

    def sign(self, text: str, *, inner: Stamp | None = None, outer: Stamp | None = None) -> bytes:
        """Fill in the places for signatures with the right key; the inner one first."""
        if INNER_PLACE in text:
            text = stamped(text, INNER_PLACE, self.scene.key, inner or self.stamp)
        text = text.replace(INNER_PLACE, "")
        if OUTER_PLACE in text:
            text = stamped(text, OUTER_PLACE, self.scene.key, outer or self.stamp)
        return text.replace(OUTER_PLACE, "").encode()


def every_form(scene: Scene | None = None) -> Iterator[Form]:
    """All forms of a login; the first ones are those of the connection that wants Assertions signed."""
    scene = scene or Scene()
    text = envelope_text(scene)
    unsigned = text.replace(INNER_PLACE, "")
    turned_back = response_text(scene, status=status_text("Responder", "AuthnFailed"), assertion="")
    cancel = envelope_text(scene, response=turned_back)
    yield Form("assertion-signed", scene, text)
    yield Form("digid-style", scene, compact(text), stamp=DIGID_STAMP)
    yield Form("cancelled", scene, cancel, successful=False)
    yield Form("assertion-unsigned", scene, unsigned, want=False)
    yield Form("assertion-signed-unasked", scene, text, want=False)
    yield Form("cancelled-unasked", scene, compact(cancel), want=False, successful=False, stamp=DIGID_STAMP)


def compact(text: str) -> str:
    """Without the white space between elements, as DigiD writes it."""
    head, _, body = text.partition("?>")
    lines = [line.strip() for line in body.splitlines()]
    joined = "".join(line if line.startswith("<") else f" {line}" for line in lines if line)
    return f"{head}?>{joined}"


def of_scene(form: Form, scene: Scene) -> Form:
    """The form with this name in another scene."""
    return next(replace(found) for found in every_form(scene) if found.name == form.name)
