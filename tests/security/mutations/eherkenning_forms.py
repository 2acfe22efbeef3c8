"""Valid messages of eHerkenning: behind an artifact and posted, with an Advice and encrypted identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml.etree import _Element

from tests.security.mutations.forms import Form, compact
from tests.security.mutations.smith import Stamp, stamped
from tests.security.mutations.ways import Opened, Outcome, by_artifact, by_post
from tests.support.saml import eherkenning
from tests.support.saml.answers import INNER_PLACE, OUTER_PLACE, Scene, status_text
from tests.support.saml.eherkenning import MIDDLE_PLACE
from tests.support.saml.keys import pair
from tests.support.saml.signers import SAMLP

HM_STAMP = Stamp(key_info="<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>")
"""The scheme's KeyInfo: the name of the key and nothing else."""


@dataclass(frozen=True)
class EherkenningForm(Form):
    """One valid message of a herkenningsmakelaar; posted, the outermost signed element is the Response."""

    posted: bool = False

    @property
    def outermost(self) -> str:
        """The local name of the element that the outermost signature is over."""
        return "Response" if self.posted else super().outermost

    def answers(self, root: _Element) -> list[_Element]:
        """Where that element may stand in a document: by itself, or in the envelope."""
        if not self.posted:
            return super().answers(root)
        return [root] if root.tag == f"{{{SAMLP}}}Response" else []

    def judged(self, message: bytes, trusted: Sequence[RSAPublicKey]) -> tuple[Opened, Outcome]:
        """Gate and meaning, as a login with eHerkenning has them."""
        way = by_post if self.posted else by_artifact
        return way(self.scene, message, trusted)

    def sign(self, text: str, *, inner: Stamp | None = None, outer: Stamp | None = None) -> bytes:
        """Fill in the places for signatures, the one on the Response behind an artifact among them."""
        if INNER_PLACE in text:
            text = stamped(text, INNER_PLACE, self.scene.key, inner or self.stamp)
        if MIDDLE_PLACE in text:
            text = stamped(text, MIDDLE_PLACE, self.scene.key, self.stamp)
        return super().sign(text, inner=inner, outer=outer)


def every_eherkenning_form() -> Iterator[EherkenningForm]:
    """All forms of a login with eHerkenning; the first is what the makelaar sends by artifact."""
    turned_back = status_text("Responder", "AuthnFailed")
    artifact = eherkenning.envelope_text(eherkenning_scene())
    posted = _posted(eherkenning.response_text(eherkenning_scene(), namespaces=_NAMESPACES))
    no_advice = eherkenning.assertion_text(eherkenning_scene(), advice="")
    cancelled = eherkenning.response_text(
        eherkenning_scene(), status=turned_back, assertion="", namespaces=_NAMESPACES
    )
    yield _form("artifact", artifact.replace(MIDDLE_PLACE, ""))
    yield _form("posted", posted, posted=True)
    yield _form("artifact-all-signed", compact(artifact))
    yield _form(
        "artifact-cancelled",
        eherkenning.envelope_text(eherkenning_scene(), response=cancelled).replace(MIDDLE_PLACE, ""),
        successful=False,
    )
    yield _form("artifact-without-advice", envelope_of(no_advice))
    yield _form("posted-cancelled", _posted(cancelled), posted=True, successful=False)
    yield _form(
        "posted-without-advice",
        _posted(eherkenning.response_text(eherkenning_scene(), assertion=no_advice, namespaces=_NAMESPACES)),
        posted=True,
    )


def envelope_of(assertion: str) -> str:
    """The envelope around this Assertion."""
    response = eherkenning.response_text(eherkenning_scene(), assertion=assertion)
    return eherkenning.envelope_text(eherkenning_scene(), response=response).replace(MIDDLE_PLACE, "")


_NAMESPACES = (
    f'xmlns:samlp="{SAMLP}" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"'
)


@cache
def eherkenning_scene() -> eherkenning.Scene:
    """The login of every form here."""
    return eherkenning.Scene(key=pair("hm"))


def _form(name: str, text: str, *, posted: bool = False, successful: bool = True) -> EherkenningForm:
    scene = eherkenning_scene()
    same = Scene(
        now=scene.now,
        resolve_id=scene.resolve_id,
        request_id=scene.request_id,
        idp=scene.hm,
        sp=scene.dv,
        acs=scene.acs,
        key=scene.key,
    )
    return EherkenningForm(name, same, text, stamp=HM_STAMP, successful=successful, posted=posted)


def _posted(text: str) -> str:
    """With the declaration of the others, and the Response's signature as the outermost."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.replace(MIDDLE_PLACE, OUTER_PLACE)}'
