"""The answer to a LogoutRequest, for makelaars that send one: the scheme itself promises no way back."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from lxml.builder import ElementMaker

from demo.eherkenning.names import HM_ENTITY_ID
from demo.eherkenning.reading import Message
from demo.eherkenning.signing import MESSAGE
from demo.idp.forms import HTTP_POST, HTTP_REDIRECT, PREFIXES, RSA_SHA256, SAML, SAMLP, instant, new_id
from demo.idp.signing import Signer, sign
from demo.idp.wire import Untrusted

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_samlp = ElementMaker(namespace=SAMLP, nsmap=PREFIXES)
_saml = ElementMaker(namespace=SAML, nsmap=PREFIXES)


@dataclass(frozen=True, slots=True)
class LogoutAnswer:
    """What the message says, who signs it, and how the browser carries it; `status`: the top code first."""

    places: dict[str, str]
    destination: str | None
    in_response_to: str
    relay_state: str | None
    issued_at: datetime
    signer: Signer | None = field(repr=False)
    issuer: str = HM_ENTITY_ID
    status: tuple[str, ...] = ("Success",)
    by_post: bool = False
    is_request: bool = False

    @classmethod
    def to(cls, message: Message, signer: Signer, now: datetime) -> LogoutAnswer:
        """A right one. Raises `Untrusted` when the metadata has no place for it."""
        places = dict(message.provider.logouts)
        if HTTP_REDIRECT not in places or HTTP_POST not in places:
            raise Untrusted("the metadata has no SingleLogoutService by Redirect and by POST to answer at")
        return cls(places, places[HTTP_REDIRECT], message.id, message.relay_state, now, signer)


def carried(answer: LogoutAnswer) -> tuple[str, tuple[tuple[str, str], ...] | None]:
    """The address, and the fields of a form where the browser brings it by POST."""
    root = _message(answer)
    name = "SAMLRequest" if answer.is_request else "SAMLResponse"
    if answer.by_post:
        if answer.signer is not None:
            sign(root, answer.signer, MESSAGE)
        fields = [(name, base64.b64encode(etree.tostring(root)).decode("ascii"))]
        fields += [("RelayState", answer.relay_state)] if answer.relay_state is not None else []
        return answer.places[HTTP_POST], tuple(fields)
    query = _query(answer, name, etree.tostring(root))
    return f"{answer.places[HTTP_REDIRECT]}?{query}", None


def _message(answer: LogoutAnswer) -> etree._Element:
    attributes = {"ID": new_id(), "Version": "2.0", "IssueInstant": instant(answer.issued_at)}
    if answer.destination is not None:
        attributes["Destination"] = answer.destination
    issuer = _saml.Issuer(answer.issuer)
    if answer.is_request:
        return _samlp.LogoutRequest(issuer, _saml.NameID("somebody"), **attributes)
    code = _samlp.StatusCode(
        *(_samlp.StatusCode(Value=_STATUS + nested) for nested in answer.status[1:]),
        Value=_STATUS + answer.status[0],
    )
    attributes["InResponseTo"] = answer.in_response_to
    return _samlp.LogoutResponse(issuer, _samlp.Status(code), **attributes)


def _query(answer: LogoutAnswer, name: str, message: bytes) -> str:
    """HTTP-Redirect (SAML bindings 3.4.4.1); without a signer the signature is left out."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    parts = [f"{name}={_quoted(deflater.compress(message) + deflater.flush())}"]
    if answer.relay_state is not None:
        parts.append(f"RelayState={quote(answer.relay_state, safe='')}")
    if answer.signer is None:
        return "&".join(parts)
    signed = "&".join([*parts, f"SigAlg={quote(RSA_SHA256, safe='')}"])
    value = answer.signer.key.sign(signed.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}&Signature={_quoted(value)}"


def _quoted(content: bytes) -> str:
    return quote(base64.b64encode(content).decode("ascii"), safe="")
