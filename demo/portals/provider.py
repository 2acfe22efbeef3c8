"""What the portal knows of the broker: its metadata and its keys, fetched when first needed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

TIMEOUT_SECONDS = 5.0


class ProviderUnavailable(Exception):
    """The broker gave no usable metadata or keys; trying again later is all there is to do."""


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The endpoints this portal uses (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    collectivities_endpoint: str | None


class Provider:
    """Fetches and keeps metadata and keys; nothing is kept of a failed attempt, so the next one retries."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._lock = threading.Lock()
        self._metadata: ProviderMetadata | None = None
        self._keys: KeySet | None = None

    def metadata(self) -> ProviderMetadata:
        """The broker's endpoints; `ProviderUnavailable` when they cannot be had now."""
        with self._lock:
            if self._metadata is None:
                self._metadata = self._read_metadata()
            return self._metadata

    def keys(self, *, renewed: bool = False) -> KeySet:
        """The broker's signing keys, fetched again when `renewed` (an unknown key id was seen)."""
        jwks_uri = self.metadata().jwks_uri
        with self._lock:
            if self._keys is None or renewed:
                try:
                    self._keys = KeySet.import_key_set(
                        KeySetSerialization(keys=_fetch_json(jwks_uri)["keys"])
                    )
                except (JoseError, ValueError, KeyError, TypeError) as fault:
                    raise ProviderUnavailable("the key set cannot be read") from fault
            return self._keys

    def _read_metadata(self) -> ProviderMetadata:
        document = _fetch_json(f"{self.issuer}/.well-known/openid-configuration")
        # Discovery 1.0, section 4.3: another issuer's document must not be used.
        if document.get("issuer") != self.issuer:
            raise ProviderUnavailable("the metadata is of another issuer")
        try:
            return ProviderMetadata(
                issuer=self.issuer,
                authorization_endpoint=str(document["authorization_endpoint"]),
                token_endpoint=str(document["token_endpoint"]),
                jwks_uri=str(document["jwks_uri"]),
                userinfo_endpoint=document.get("userinfo_endpoint"),
                end_session_endpoint=document.get("end_session_endpoint"),
                collectivities_endpoint=document.get("collectivities_endpoint"),
            )
        except KeyError as missing:
            raise ProviderUnavailable(f"the metadata lacks {missing}") from missing


def local_session() -> requests.Session:
    """A session that ignores a proxy of the machine: everything the demo talks to is on this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def _fetch_json(url: str) -> dict[str, Any]:
    try:
        with local_session() as session:
            answer = session.get(url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        document = answer.json()
    except requests.RequestException as fault:
        raise ProviderUnavailable("no answer from the broker") from fault
    if not isinstance(document, dict):
        raise ProviderUnavailable("the answer is not a JSON object")
    return document
