"""A client's public keys, parsed once when the configuration is read."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from broker.oidc.vocabulary import ContentEncryption, KeyEncryption, SigningAlgorithm

MAX_KID_CHARACTERS = 64
MIN_RSA_BITS = 2048
PublicKey = ECKey | RSAKey
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class ClientKeyFault(ValueError):
    """A JWK that we do not take; the message names its place and the reason, never its content."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One key that a client signs its assertions with, and the algorithms it may use for that."""

    kid: str
    algorithms: frozenset[SigningAlgorithm]
    key: PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """The key that we encrypt a client's ID tokens to."""

    kid: str
    key: RSAKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """How answers of one kind are encrypted to one client."""

    alg: KeyEncryption
    enc: ContentEncryption
    key: EncryptionKey


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """All public keys of one client: those for signatures by kid, and at most one for encryption."""

    signing: Mapping[str, VerificationKey] = field(default_factory=dict)
    encryption: EncryptionKey | None = None

    def verification_key(self, kid: str | None) -> VerificationKey | None:
        """The key by that name; without a name the only key there is, when there is one only."""
        if kid is None:
            return next(iter(self.signing.values())) if len(self.signing) == 1 else None
        return self.signing.get(kid)


NO_KEYS = ClientKeys()


def parse_client_keys(jwks: Mapping[str, object]) -> ClientKeys:
    """Read a JWK Set (RFC 7517 5): RSA of 2048 bits or more, EC on P-256, public parts only.

    Raises `ClientKeyFault` for anything else; a set is taken whole or not at all.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list) or not listed:
        raise ClientKeyFault("`keys` must be a list of keys")
    signing: dict[str, VerificationKey] = {}
    encryption: EncryptionKey | None = None
    for place, jwk in enumerate(listed):
        parsed = _parse_key(jwk, f"key {place}")
        if isinstance(parsed, VerificationKey):
            if parsed.kid in signing:
                raise ClientKeyFault(f"key {place}: this kid stands twice")
            signing[parsed.kid] = parsed
        elif encryption is not None:
            raise ClientKeyFault(f"key {place}: there is already an encryption key")
        else:
            encryption = parsed
    return ClientKeys(signing, encryption)


def _parse_key(jwk: object, where: str) -> VerificationKey | EncryptionKey:
    if not isinstance(jwk, dict):
        raise ClientKeyFault(f"{where}: not an object")
    if _PRIVATE_MEMBERS & jwk.keys():
        raise ClientKeyFault(f"{where}: holds a private part or is symmetric")
    key = _import(jwk, where)
    key.ensure_kid()
    kid = key.kid
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS:
        raise ClientKeyFault(f"{where}: kid must be 1 to {MAX_KID_CHARACTERS} characters")
    if jwk.get("use") == "enc" or jwk.get("alg") in set(KeyEncryption):
        if not isinstance(key, RSAKey):
            raise ClientKeyFault(f"{where}: an encryption key must be RSA")
        return EncryptionKey(kid, key)
    return VerificationKey(kid, _algorithms(key, jwk.get("alg"), where), key)


def _import(jwk: dict[str, object], where: str) -> PublicKey:
    text = {name: value for name, value in jwk.items() if isinstance(value, str)}
    if text.get("kty") == "RSA" and _modulus_bits(text.get("n", "")) < MIN_RSA_BITS:
        raise ClientKeyFault(f"{where}: RSA keys need {MIN_RSA_BITS} bits or more")
    try:
        key = _import_by_type(dict(text))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ClientKeyFault(f"{where}: not a valid key") from error
    if key is None:
        raise ClientKeyFault(f"{where}: only RSA and EC P-256 are taken")
    return key


def _modulus_bits(modulus: str) -> int:
    """How long the key is; zero for what is no base64url (RFC 7518 6.3.1.1)."""
    try:
        return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))).bit_length()
    except ValueError:
        return 0


def _import_by_type(jwk: dict[str, str | list[str]]) -> PublicKey | None:
    if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
        return ECKey.import_key(jwk)
    if jwk.get("kty") == "RSA":
        return RSAKey.import_key(jwk)
    return None


def _algorithms(key: PublicKey, alg: object, where: str) -> frozenset[SigningAlgorithm]:
    possible = (
        frozenset({SigningAlgorithm.PS256, SigningAlgorithm.RS256})
        if isinstance(key, RSAKey)
        else frozenset({SigningAlgorithm.ES256})
    )
    if alg is None:
        return possible
    if alg not in possible:
        raise ClientKeyFault(f"{where}: this alg does not go with this key")
    return frozenset({SigningAlgorithm(str(alg))})
