"""The HTTP-Redirect binding for what comes in (SAML bindings 3.4.4.1): a signature over the query as it is.

The signature covers the parameters byte for byte, as the sender escaped them, so that nothing is decoded
before it was verified. Only then is the message inflated, and never further than a message may be long.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.names import RSA_SHA256
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.verify import is_signed_by

MAX_QUERY_BYTES: Final = 16 * 1024
_SIGNED: Final = ("SAMLResponse", "RelayState", "SigAlg")
_ALL: Final = frozenset({*_SIGNED, "Signature"})
_RAW_DEFLATE: Final = -15


def open_signed_query(query: bytes, trusted: Sequence[RSAPublicKey]) -> bytes:
    """The message of the query, which one of the `trusted` keys signed; raises `GateRefused`."""
    raw = _parameters(query)
    if not _ALL.issubset(raw):
        raise GateRefused("signature.missing", "the query lacks a parameter of a signed message")
    if unquote_to_bytes(raw["SigAlg"]) != RSA_SHA256.encode():
        raise GateRefused("signature.method", "the signature algorithm is not RSA with SHA-256")
    signed = b"&".join(name.encode() + b"=" + raw[name] for name in _SIGNED)
    value = _decoded(raw["Signature"])
    if not any(is_signed_by(key, value, signed) for key in trusted):
        raise GateRefused("signature.invalid", "no trusted key made the signature of the query")
    return _inflated(_decoded(raw["SAMLResponse"]))


def _parameters(query: bytes) -> dict[str, bytes]:
    """Each parameter once and undecoded; others than those of the binding are not there."""
    if len(query) > MAX_QUERY_BYTES:
        raise GateRefused("query.too-large", f"the query is longer than {MAX_QUERY_BYTES} bytes")
    found: dict[str, bytes] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        known = name.decode("ascii", "replace")
        if known not in _ALL or known in found:
            raise GateRefused("query.parameters", "a parameter is unknown or there twice")
        found[known] = value
    return found


def _decoded(value: bytes) -> bytes:
    try:
        return base64.b64decode(unquote_to_bytes(value), validate=True)
    except (binascii.Error, ValueError):
        raise GateRefused("query.encoding", "a parameter is not base64") from None


def _inflated(deflated: bytes) -> bytes:
    inflater = zlib.decompressobj(_RAW_DEFLATE)
    try:
        message = inflater.decompress(deflated, MAX_MESSAGE_BYTES)
    except zlib.error:
        raise GateRefused("query.encoding", "the message cannot be inflated") from None
    if not inflater.eof or inflater.unused_data:
        raise GateRefused("query.encoding", "the message is too long, or does not end where it should")
    return message
