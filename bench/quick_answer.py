"""DigiD's doubly signed answer without building XML: text with gaps, two digests and two RSA signatures.

The text is learned from one answer of the simulator, so it has the form that the simulator gives it. It costs
the benchmark's DigiD a fraction of a composed one, and so leaves the cores to the broker.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from demo.digid.answering import Answering
from demo.digid.messages import WINDOW_MINUTES, Status
from demo.digid.outcomes import Authenticated, Outcome
from demo.digid.requests import AuthnRequest
from demo.digid.signing import PREFIX_LIST
from demo.idp.forms import DS, SAML, SAMLP, instant, new_id
from demo.idp.signing import Signer

_MARGIN = timedelta(minutes=WINDOW_MINUTES)
_LEARNED_AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_LEARNED_LOGIN = datetime(2001, 2, 3, 3, 1, 2, tzinfo=UTC)
_LEARNED_BSN = "learned-number"
_LEARNED_RESOLVE, _LEARNED_REQUEST = "_learned-resolve", "_learned-request"


@dataclass(frozen=True, slots=True)
class _Signed:
    """One signed element: what is digested and signed, and the two values that stood in the learned one."""

    content: str
    signed_info: str
    digest: str
    signature: str


@dataclass(frozen=True, slots=True)
class QuickAnswer:
    """Writes the answer to one kind of request, one brand and one level."""

    signer: Signer
    envelope: str
    assertion: _Signed
    message: _Signed
    changing: tuple[str, ...]

    @classmethod
    def learned(cls, entity_id: str, signer: Signer, like: Outcome) -> QuickAnswer:
        """From an answer that the simulator composes for a login `like` this one."""
        answering = Answering(entity_id, signer, lambda: _LEARNED_AT)
        sent = answering.with_outcome(_LEARNED_RESOLVE, _placeholder(like))
        message = next(etree.fromstring(sent).iter(f"{{{SAMLP}}}ArtifactResponse"))
        ids = [str(element.attrib["ID"]) for element in message.iter() if "ID" in element.attrib]
        index = message.find(f".//{{{SAML}}}AuthnStatement")
        assertion = message.find(f".//{{{SAML}}}Assertion")
        if index is None or assertion is None:
            raise ValueError("the learned answer holds no login")
        # The assertion is taken apart first: its own signature is part of what the message signs.
        inner, outer = _apart(assertion), _apart(message)
        changing = (
            *_values(_LEARNED_AT, _LEARNED_LOGIN),
            _LEARNED_BSN,
            _LEARNED_RESOLVE,
            _LEARNED_REQUEST,
            *ids,
            str(index.attrib["SessionIndex"]),
        )
        return cls(signer, sent.decode(), inner, outer, changing)

    def to(self, resolve_id: str, outcome: Outcome, now: datetime) -> bytes:
        """The envelope for this login, which must be a success."""
        person = outcome.authenticated
        if person is None:
            raise ValueError("only a login has an answer")
        ids = (new_id() for _ in range(len(self.changing) - len(_values(now, now)) - 4))
        values = (
            *_values(now, person.at),
            person.bsn,
            resolve_id,
            outcome.request.request_id,
            *ids,
            secrets.token_hex(16),
        )
        gaps = dict(zip(self.changing, values, strict=True))
        for part in (self.assertion, self.message):
            digest = hashlib.sha256(_filled(part.content, gaps).encode()).digest()
            gaps[part.digest] = _base64(digest)
            to_sign = _filled(part.signed_info, gaps).encode()
            signature = self.signer.key.sign(to_sign, padding.PKCS1v15(), hashes.SHA256())
            gaps[part.signature] = _base64(signature)
        return _filled(self.envelope, gaps).encode()


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


def _values(now: datetime, login: datetime) -> tuple[str, ...]:
    return instant(now), instant(now - _MARGIN), instant(now + _MARGIN), instant(login)


def _apart(element: etree._Element) -> _Signed:
    """Takes the signature off a signed element for as long as its content is written."""
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
    return _Signed(content.decode(), signed_info, digest, value)


def _filled(text: str, gaps: dict[str, str]) -> str:
    for learned, value in gaps.items():
        text = text.replace(learned, value)
    return text


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
