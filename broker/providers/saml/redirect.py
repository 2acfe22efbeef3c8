"""The HTTP-Redirect and HTTP-POST bindings for requests (SAML bindings 3.4.4 and 3.5.4)."""

from __future__ import annotations

import base64
import zlib
from typing import Final
from urllib.parse import quote_plus

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from broker.providers.saml.keys import SigningKey
from broker.providers.saml.names import RSA_SHA256

MAX_RELAY_STATE_BYTES: Final = 80
_RAW_DEFLATE: Final = -15
_ALGORITHM: Final = quote_plus(RSA_SHA256)


def redirect_url(endpoint: str, request: bytes, relay_state: str, key: SigningKey) -> str:
    """`endpoint` with the deflated request and a detached signature over the query.

    Raises `ValueError` for a relay state that may not travel.
    """
    check_relay_state(relay_state)
    query = (
        f"SAMLRequest={_base64_in_query(_deflated(request))}"
        f"&RelayState={quote_plus(relay_state)}"
        f"&SigAlg={_ALGORITHM}"
    )
    signature = key.private_key.sign(query.encode("ascii"), PKCS1v15(), SHA256())
    signed = f"{query}&Signature={_base64_in_query(signature)}"
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{signed}"


def post_fields(signed_request: bytes, relay_state: str) -> tuple[tuple[str, str], ...]:
    """The form fields for a request with an enveloped signature."""
    check_relay_state(relay_state)
    return (
        ("SAMLRequest", base64.b64encode(signed_request).decode("ascii")),
        ("RelayState", relay_state),
    )


def check_relay_state(relay_state: str) -> None:
    """At most 80 bytes (SAML bindings 3.4.3), visible ASCII only: it is our own opaque key."""
    if not 0 < len(relay_state) <= MAX_RELAY_STATE_BYTES or not relay_state.isascii():
        raise ValueError("a relay state is 1 to 80 bytes of ASCII")
    if not relay_state.isprintable() or " " in relay_state:
        raise ValueError("a relay state has visible characters only")


def _deflated(request: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=_RAW_DEFLATE)
    return compressor.compress(request) + compressor.flush()


def _base64_in_query(data: bytes) -> str:
    """Base64 as `quote_plus` writes it; that looks at every character, and only three of them matter."""
    text = base64.b64encode(data).decode("ascii")
    return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
