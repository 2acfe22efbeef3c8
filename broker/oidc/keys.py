"""Our token signing keys: shared by all processes, published without their secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol

from joserfc.jwk import ECKey, RSAKey

from broker.domain.clock import Clock
from broker.errors import BrokerError, StorageUnavailable
from broker.oidc.documents import JWKS_MAX_AGE_SECONDS, PublicDocument, public_document
from broker.oidc.vocabulary import SigningAlgorithm

RSA_BITS = 2048
NEXT, ACTIVE, RETIRED = "next", "active", "retired"
# How often a process asks whether the keys changed, and how soon again when it meets a key it does not know.
LOOK_EVERY_SECONDS = 5
LOOK_AGAIN_SECONDS = 1
_PUBLIC_MEMBERS = MappingProxyType({"EC": ("crv", "x", "y"), "RSA": ("n", "e")})
PrivateKey = ECKey | RSAKey


class StoredKey(Protocol):
    """A key as it is kept; `state` is next, active or retired, and one per algorithm is active."""

    @property
    def kid(self) -> str:
        """Its name in token headers."""
        ...

    @property
    def algorithm(self) -> str:
        """The one JWS algorithm it serves."""
        ...

    @property
    def state(self) -> str:
        """``next``, ``active`` or ``retired``."""
        ...

    @property
    def private_pem(self) -> bytes:
        """PKCS#8, unencrypted."""
        ...


class KeyDates(Protocol):
    """When a key was made, came into use and went out of it."""

    @property
    def created_at(self) -> datetime:
        """When it was made, and published."""
        ...

    @property
    def activated_at(self) -> datetime | None:
        """When it began to sign."""
        ...

    @property
    def retired_at(self) -> datetime | None:
        """When it ceased to sign."""
        ...


class SigningKeySource(Protocol):
    """Where the keys are kept; `broker.storage.signing_keys` meets it."""

    def ensure(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> None:
        """Make the first key of an algorithm, once for all processes together."""

    def all(self) -> Iterable[StoredKey]:
        """Every key that is not destroyed."""

    def generation(self) -> int:
        """A number that changes with every change of the keys."""


class NoSigningKey(BrokerError):
    """There is no active key for an algorithm that a client registered for."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key of ours, ready for use, bound to one algorithm."""

    kid: str
    algorithm: SigningAlgorithm
    state: str
    key: PrivateKey = field(repr=False)

    def public_jwk(self) -> dict[str, str | list[str]]:
        """The public part (RFC 7517 4), member by member from a fixed list."""
        whole = self.key.as_dict(private=False)
        members = {name: whole[name] for name in _PUBLIC_MEMBERS[self.key.key_type]}
        return {
            "kid": self.kid,
            "kty": self.key.key_type,
            "alg": self.algorithm.value,
            "use": "sig",
            **members,
        }


def make_signing_key(algorithm: SigningAlgorithm) -> tuple[str, bytes]:
    """A new key for `algorithm`: its kid (RFC 7638 thumbprint) and the private key as PEM (PKCS#8)."""
    key: PrivateKey = (
        ECKey.generate_key("P-256") if algorithm is SigningAlgorithm.ES256 else RSAKey.generate_key(RSA_BITS)
    )
    return key.thumbprint(), key.as_pem(private=True)


def ensure_signing_keys(source: SigningKeySource, *, now: datetime) -> None:
    """See to it that every algorithm has an active key; for the start of the server."""
    for algorithm in SigningAlgorithm:
        source.ensure(algorithm.value, partial(make_signing_key, algorithm), now)


@dataclass(frozen=True, slots=True)
class _Loaded:
    by_kid: dict[str, SigningKey]
    active: dict[SigningAlgorithm, SigningKey]
    document: PublicDocument
    generation: int


class SigningKeys:
    """The keys as this process holds them, at most a few seconds behind the database.

    Keys are swapped in one step, safe beside other threads. A database that is away changes nothing: what
    is loaded goes on signing, and the next look tries again.
    """

    def __init__(self, source: SigningKeySource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._looked_at = clock()
        self._loaded = _load(source)

    def active(self, algorithm: SigningAlgorithm) -> SigningKey:
        """The key to sign with now; `NoSigningKey` when there is none."""
        key = self._current().active.get(algorithm)
        if key is None:
            raise NoSigningKey(f"no active key for {algorithm.value}")
        return key

    def find(self, kid: str | None) -> SigningKey | None:
        """The key by that name, retired ones included; a look-up in a dict, whatever the name holds."""
        if kid is None:
            return None
        known = self._current().by_kid.get(kid)
        return known or self._current(LOOK_AGAIN_SECONDS).by_kid.get(kid)

    @property
    def document(self) -> PublicDocument:
        """The JWK Set for `jwks_uri`: next, active and retired keys, public parts only."""
        return self._current().document

    def _current(self, look_every_seconds: int = LOOK_EVERY_SECONDS) -> _Loaded:
        """The keys, read again when they changed; asked once in so many seconds, whoever asks how often."""
        now = self._clock()
        # A clock that was set back must not stop the looking.
        if abs((now - self._looked_at).total_seconds()) >= look_every_seconds:
            self._looked_at = now
            with suppress(StorageUnavailable):
                if self._source.generation() != self._loaded.generation:
                    self._loaded = _load(self._source, self._loaded.by_kid)
        return self._loaded


def _load(source: SigningKeySource, known: Mapping[str, SigningKey] = MappingProxyType({})) -> _Loaded:
    """All keys; those that are `known` only change their state, as loading one costs a hundred signatures."""
    # The number first: a change in between is then found at the next look.
    generation = source.generation()
    keys = [_open(stored, known.get(stored.kid)) for stored in source.all()]
    published = sorted((key.public_jwk() for key in keys), key=lambda jwk: str(jwk["kid"]))
    return _Loaded(
        {key.kid: key for key in keys},
        {key.algorithm: key for key in keys if key.state == ACTIVE},
        public_document({"keys": published}, max_age_seconds=JWKS_MAX_AGE_SECONDS),
        generation,
    )


def _open(stored: StoredKey, known: SigningKey | None) -> SigningKey:
    algorithm = SigningAlgorithm(stored.algorithm)
    # Its name is its thumbprint, so under the same name stands the same key.
    if known is not None and known.algorithm is algorithm:
        return replace(known, state=stored.state)
    key: PrivateKey = (
        ECKey.import_key(stored.private_pem)
        if algorithm is SigningAlgorithm.ES256
        else RSAKey.import_key(stored.private_pem)
    )
    return SigningKey(stored.kid, algorithm, stored.state, key)
