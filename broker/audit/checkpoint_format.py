"""What a checkpoint says and how it is signed, version 1: the state of the lanes, under ES256."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from broker.storage.audit_chain import LINK_BYTES, LaneHead

_SIGNED = b"voordeur audit checkpoint 1\n"
_ES256 = ec.ECDSA(hashes.SHA256())
_HALF_BYTES = 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the lanes at a moment: of all of them when `is_full`, else of those that moved.

    `previous` is the SHA-256 of the payload before, in hexadecimal; None in the first.
    """

    number: int
    at: str
    is_full: bool
    previous: str | None
    heads: tuple[LaneHead, ...]


class NotACheckpoint(Exception):
    """The payload or its signature is not what we make."""


class PublicKeys:
    """The keys that checkpoints may be signed with, by their id."""

    def __init__(self, keys: Iterable[ec.EllipticCurvePublicKey]) -> None:
        self._by_id = {key_id(key): key for key in keys}

    @classmethod
    def of_pem(cls, pems: Iterable[bytes]) -> PublicKeys:
        """Reads PEM; `ValueError` when one is no P-256 public key."""
        keys = []
        for pem in pems:
            key = load_pem_public_key(pem)
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
                raise ValueError("is no P-256 public key")  # noqa: TRY004 - wrong content of a file, not a wrong type
            keys.append(key)
        return cls(keys)

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def read(self, payload: str, signature: bytes) -> Checkpoint:
        """The checkpoint that was signed; raises `NotACheckpoint` when none of the keys signed this."""
        try:
            told = json.loads(payload)
            key = self._by_id[told["key"]]
            key.verify(_der(signature), _SIGNED + payload.encode(), _ES256)
            return _checkpoint(told)
        except KeyError:
            raise NotACheckpoint("is signed by a key that is not known") from None
        except (InvalidSignature, UnicodeEncodeError):
            raise NotACheckpoint("has a signature that does not hold") from None
        except (ValueError, TypeError):
            raise NotACheckpoint("is not in the format of a checkpoint") from None


def heads_told(payload: str) -> tuple[LaneHead, ...]:
    """The heads that a payload tells of, whoever wrote it; for finding the events that it is about."""
    try:
        return _checkpoint(json.loads(payload)).heads
    except (ValueError, TypeError, KeyError):
        raise NotACheckpoint("is not in the format of a checkpoint") from None


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """The SHA-256 of the public key (DER, SubjectPublicKeyInfo) in hexadecimal."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def payload_of(checkpoint: Checkpoint, kid: str) -> str:
    """The text to sign: one spelling for one checkpoint."""
    told = {
        "at": checkpoint.at,
        "full": checkpoint.is_full,
        "heads": [[head.brand, head.lane, head.sequence, link_text(head.link)] for head in checkpoint.heads],
        "key": kid,
        "number": checkpoint.number,
        "previous": checkpoint.previous,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def sign(payload: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The signature in the 64 bytes of RFC 7518 3.4."""
    r, s = decode_dss_signature(key.sign(_SIGNED + payload.encode(), _ES256))
    return r.to_bytes(_HALF_BYTES, "big") + s.to_bytes(_HALF_BYTES, "big")


def digest_of(payload: str) -> str:
    """What the next checkpoint says of this one."""
    return hashlib.sha256(payload.encode()).hexdigest()


def link_text(link: bytes) -> str:
    """A link as it is written: base64url without padding."""
    return base64.urlsafe_b64encode(link).rstrip(b"=").decode()


def link_bytes(text: str) -> bytes:
    """A link as it was written; `ValueError` when it is none."""
    link = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(link) != LINK_BYTES:
        raise ValueError("a link has 32 bytes")
    return link


def _der(signature: bytes) -> bytes:
    if len(signature) != 2 * _HALF_BYTES:
        raise ValueError("a signature has 64 bytes")
    halves = signature[:_HALF_BYTES], signature[_HALF_BYTES:]
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))


def _checkpoint(told: dict[str, Any]) -> Checkpoint:
    heads = tuple(
        LaneHead(str(brand), int(lane), int(sequence), link_bytes(link))
        for brand, lane, sequence, link in told["heads"]
    )
    previous = told["previous"]
    return Checkpoint(
        number=int(told["number"]),
        at=str(told["at"]),
        is_full=told["full"] is True,
        previous=None if previous is None else str(previous),
        heads=heads,
    )
