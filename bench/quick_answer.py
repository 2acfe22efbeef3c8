"""DigiD's doubly signed answer without building XML: text with gaps, two digests and two RSA signatures.

The text is learned from one answer of the simulator, so it has the form that the simulator gives it. It costs
the benchmark's DigiD a fraction of a composed one, and so leaves the cores to the broker.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from bench.shape import Shape
from demo.digid.answering import Answering
from demo.digid.messages import WINDOW_MINUTES, Status
from demo.digid.outcomes import Authenticated, Outcome
from demo.digid.requests import AuthnRequest
from demo.digid.signing import PREFIX_LIST
from demo.idp.forms import DS, SAML, SAMLP, instant, new_id
from demo.idp.signing import Signer

_PADDING, _HASH = padding.PKCS1v15(), hashes.SHA256()
_MARGIN = timedelta(minutes=WINDOW_MINUTES)
_LEARNED_AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_LEARNED_LOGIN = datetime(2001, 2, 3, 3, 1, 2, tzinfo=UTC)
_LEARNED_BSN = "learned-number"
_LEARNED_RESOLVE, _LEARNED_REQUEST = "_learned-resolve", "_learned-request"


@dataclass(frozen=True, slots=True)
class _Signed:
    """One signed element: what is digested and what is signed."""

    content: Shape
    signed_info: Shape


@dataclass(frozen=True, slots=True)
class QuickAnswer:
    """Writes the answer to one kind of request, one brand and one level."""

    signer: Signer
    envelope: Shape
    signed: Mapping[str, _Signed]
    ids: tuple[str, ...]

    @classmethod
    def learned(cls, entity_id: str, signer: Signer, like: Outcome) -> QuickAnswer:
        """From an answer that the simulator composes for a login `like` this one."""
        answering = Answering(entity_id, signer, lambda: _LEARNED_AT)
        sent = answering.with_outcome(_LEARNED_RESOLVE, _placeholder(like))
        message = next(etree.fromstring(sent).iter(f"{{{SAMLP}}}ArtifactResponse"))
        index = message.find(f".//{{{SAML}}}AuthnStatement")
        assertion = message.find(f".//{{{SAML}}}Assertion")
        if index is None or assertion is None:
            raise ValueError("the learned answer holds no login")
        ids = {
            f"id{number}": str(element.attrib["ID"])
            for number, element in enumerate(message.iterfind(".//*[@ID]"))
        }
        ids["message"] = str(message.attrib["ID"])
        gaps = {
            **_moments(_LEARNED_AT, _LEARNED_LOGIN),
            **ids,
            "bsn": _LEARNED_BSN,
            "resolve": _LEARNED_RESOLVE,
            "request": _LEARNED_REQUEST,
            "session": str(index.attrib["SessionIndex"]),
        }
        signed: dict[str, _Signed] = {}
        # The assertion is taken apart first: its own signature is part of what the message signs.
        for name, element in (("inner", assertion), ("outer", message)):
            signed[name] = _apart(element, name, gaps)
        return cls(signer, _shape(sent.decode(), gaps), signed, tuple(ids))

    def to(self, resolve_id: str, outcome: Outcome, now: datetime) -> bytes:
        """The envelope for this login, which must be a success."""
        person = outcome.authenticated
        if person is None:
            raise ValueError("only a login has an answer")
        gaps = {
            **_moments(now, person.at),
            **{name: new_id() for name in self.ids},
            "bsn": person.bsn,
            "resolve": resolve_id,
            "request": outcome.request.request_id,
            "session": secrets.token_hex(16),
        }
        for name, part in self.signed.items():
            digest = hashlib.sha256(part.content.written(gaps).encode()).digest()
            gaps[f"{name}_digest"] = _base64(digest)
            to_sign = part.signed_info.written(gaps).encode()
            signature = self.signer.key.sign(to_sign, _PADDING, _HASH)
            gaps[f"{name}_signature"] = _base64(signature)
        return self.envelope.written(gaps).encode()


def _placeholder(like: Outcome) -> Outcome:
    asked, person = like.request, like.authenticated
    if person is None:
        raise ValueError("only a login can be learned")
    request = AuthnRequest(
        _LEARNED_REQUEST, asked.provider, asked.consumer_url, asked.level, asked.service_name
    )
    return Outcome(
        request,
        Status.SUCCESS,
        Authenticated(_LEARNED_BSN, person.level, _LEARNED_LOGIN, person.address),
    )


def _moments(now: datetime, login: datetime) -> dict[str, str]:
    return {
        "now": instant(now),
        "not_before": instant(now - _MARGIN),
        "not_after": instant(now + _MARGIN),
        "login": instant(login),
    }


def _apart(element: etree._Element, name: str, gaps: dict[str, str]) -> _Signed:
    """Takes the signature off a signed element for as long as its content is written; adds to the gaps."""
    signature = element.find(f"{{{DS}}}Signature")
    if signature is None:
        raise ValueError("the learned answer is not signed")
    signed_info = etree.tostring(signature[0], method="c14n", exclusive=True).decode()
    digest = signature.findtext(f".//{{{DS}}}DigestValue") or ""
    value = signature.findtext(f"{{{DS}}}SignatureValue") or ""
    place = element.index(signature)
    element.remove(signature)
    content = etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=PREFIX_LIST)
    element.insert(place, signature)
    if _base64(hashlib.sha256(content).digest()) != digest:
        raise ValueError("the learned answer was digested in another form")
    own_content = _shape(content.decode(), gaps)
    gaps[f"{name}_digest"] = digest
    own_info = _shape(signed_info, gaps)
    gaps[f"{name}_signature"] = value
    return _Signed(own_content, own_info)


def _shape(text: str, gaps: Mapping[str, str]) -> Shape:
    """Of a part of the answer, which has some of the gaps."""
    return Shape.of(text, {name: value for name, value in gaps.items() if value in text})


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
