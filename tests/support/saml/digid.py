"""A DigiD connection with throw-away keys, and stand-ins only for what is outside the provider package.

The store of used messages is the port that storage implements; here it is a set. The channel gives an answer
made to measure for the ArtifactResolve that it receives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.rollover import Rollover
from tests.support.saml.answers import ACS, IDP, SP, Scene
from tests.support.saml.keys import pair
from tests.support.saml.signers import SAMLP

SSO = "https://digid.sim.example/saml/idp/request_authentication"
MIDDEN = Assurance(Scheme.DIGID, DigidLevel.MIDDEN)


def identity_provider(
    *, redirect_url: str | None = SSO, post_url: str | None = SSO, key: str = "idp"
) -> IdentityProvider:
    """The party that is asked."""
    return IdentityProvider(
        entity_id=IDP,
        redirect_url=redirect_url,
        post_url=post_url,
        resolution_urls={0: "https://was.digid.sim.example/saml/idp/resolve_artifact"},
        certificates=(pair(key).certificate,),
    )


def connection(
    *,
    binding: RequestBinding = RequestBinding.REDIRECT,
    want_assertions_signed: bool = True,
    brand: str = "cz",
) -> DigidConnection:
    """Brand CZ at the sample DigiD."""
    return DigidConnection(
        brand=brand,
        entity_id=SP,
        acs_url=ACS,
        metadata=identity_provider,
        signing=Rollover(pair("sp").signing_key),
        provider_name="Mijn CZ",
        request_binding=binding,
        want_assertions_signed=want_assertions_signed,
    )


@dataclass
class UsedInMemory:
    """Remembers claims with their ends."""

    claims: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def claim(self, scope: str, message_id: str, *, expires_at: datetime) -> bool:
        """True the first time."""
        if (scope, message_id) in self.claims:
            return False
        self.claims[scope, message_id] = expires_at
        return True

    def claim_all(self, messages: Sequence[tuple[str, str]], *, expires_at: datetime) -> int | None:
        """None the first time, else the place of the first that was there."""
        first = [self.claim(scope, message, expires_at=expires_at) for scope, message in messages]
        return None if all(first) else first.index(False)


@dataclass
class AnsweringChannel:
    """Answers each call with what `make` makes of the scene, in reply to the very ArtifactResolve."""

    scene: Scene
    make: Callable[[Scene], bytes]
    calls: list[bytes] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Keep the envelope, answer it."""
        self.calls.append(envelope)
        self.endpoints.append(endpoint)
        resolve = etree.fromstring(envelope).find(f".//{{{SAMLP}}}ArtifactResolve")
        assert resolve is not None
        return self.make(replace(self.scene, resolve_id=resolve.get("ID", "")))
