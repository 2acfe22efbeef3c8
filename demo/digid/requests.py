"""AuthnRequests: whom to believe, and whether what a believed web service asks is allowed.

Two kinds of refusal, as at DigiD. A request that cannot be believed raises `Untrusted`: the browser gets a
404 page and the web service hears nothing. A believed request with forbidden content has a `fault`: the web
service gets an artifact for Requester/RequestDenied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lxml import etree

from demo.clock import Clock
from demo.digid.levels import Level
from demo.digid.registry import Registry, ServiceProvider
from demo.idp.backchannel import CLOCK_SKEW_MINUTES
from demo.idp.forms import (
    RSA_SHA1,
    RSA_SHA256,
    SAML,
    SAMLP,
    child_text,
    is_id,
    parse_instant,
)
from demo.idp.verifying import BadSignature, verified, verify_query
from demo.idp.wire import Untrusted, decoded, inflate, parse, raw_parameters, unbase64

MAX_RELAY_STATE_CHARACTERS = 80
# The specification still allows RSA-SHA1 in a query signature and nowhere else.
_QUERY_ALGORITHMS = frozenset({RSA_SHA256, RSA_SHA1})
_SIGNED_PARAMETERS = ("SAMLRequest", "RelayState", "SigAlg")


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A believed request. `fault` says what is forbidden in it; `level` is then not to be used."""

    request_id: str
    provider: ServiceProvider
    consumer_url: str
    level: Level
    service_name: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A request with the RelayState that must come back verbatim."""

    request: AuthnRequest
    relay_state: str | None


class RequestReader:
    """Turns what a browser brings into a believed request."""

    def __init__(self, registry: Registry, destination: str, clock: Clock) -> None:
        self._registry = registry
        self._destination = destination
        self._clock = clock

    def from_query(self, query: bytes) -> Received:
        """HTTP-Redirect: deflated, with a detached signature over the raw query. Raises `Untrusted`.

        The signature covers the parameters exactly as they were encoded (SAML bindings 3.4.4.1), so the
        query is taken apart as bytes and nothing is encoded again.
        """
        raw = raw_parameters(query)
        for name in ("SAMLRequest", "SigAlg", "Signature"):
            if name not in raw:
                raise Untrusted(f"{name} is missing")
        root = parse(inflate(unbase64(decoded(raw["SAMLRequest"]))))
        provider = self._provider_of(root)
        signed = b"&".join(f"{name}=".encode() + raw[name] for name in _SIGNED_PARAMETERS if name in raw)
        try:
            verify_query(
                signed,
                unbase64(decoded(raw["Signature"])),
                decoded(raw["SigAlg"]),
                tuple(provider.signing.values()),
                self._clock(),
                _QUERY_ALGORITHMS,
            )
        except BadSignature as problem:
            raise Untrusted(str(problem)) from problem
        relay_state = decoded(raw["RelayState"]) if "RelayState" in raw else None
        return Received(self._judge(root, provider, posted=False), _checked(relay_state))

    def from_form(self, message: str, relay_state: str | None) -> Received:
        """HTTP-POST: with an enveloped signature. Raises `Untrusted`."""
        root = parse(unbase64(message))
        provider = self._provider_of(root)
        try:
            signed = verified(root, provider.signing, self._clock())
        except BadSignature as problem:
            raise Untrusted(str(problem)) from problem
        return Received(self._judge(signed, provider, posted=True), _checked(relay_state))

    def _provider_of(self, root: etree._Element) -> ServiceProvider:
        if root.tag != f"{{{SAMLP}}}AuthnRequest" or not is_id(root.get("ID")):
            raise Untrusted("this is not an AuthnRequest")
        provider = self._registry.find(child_text(root, SAML, "Issuer") or "")
        if provider is None:
            raise Untrusted("the Issuer is not registered")
        return provider

    def _judge(self, root: etree._Element, provider: ServiceProvider, *, posted: bool) -> AuthnRequest:
        level = _asked_level(root)
        faults = (
            _version_fault(root),
            _time_fault(root, self._clock()),
            self._destination_fault(root, posted=posted),
            _consumer_fault(root, provider),
            None if level else "RequestedAuthnContext is missing or names no level of DigiD",
        )
        return AuthnRequest(
            request_id=root.attrib["ID"],
            provider=provider,
            consumer_url=_consumer_url(root, provider),
            level=level or Level.BASIS,
            service_name=root.get("ProviderName") or provider.name or _host(provider.entity_id),
            fault=next((fault for fault in faults if fault), None),
        )

    def _destination_fault(self, root: etree._Element, *, posted: bool) -> str | None:
        destination = root.get("Destination")
        if destination is None:
            return "Destination is missing" if posted else None
        return None if destination == self._destination else "Destination is not the address that was called"


def _version_fault(root: etree._Element) -> str | None:
    return None if root.get("Version") == "2.0" else "Version is not 2.0"


def _time_fault(root: etree._Element, now: datetime) -> str | None:
    issued = parse_instant(root.get("IssueInstant"))
    if issued is None or abs(now - issued) > timedelta(minutes=CLOCK_SKEW_MINUTES):
        return f"IssueInstant is missing or more than {CLOCK_SKEW_MINUTES} minutes away"
    return None


def _consumer_fault(root: etree._Element, provider: ServiceProvider) -> str | None:
    index, url = root.get("AssertionConsumerServiceIndex"), root.get("AssertionConsumerServiceURL")
    if index is not None and (url is not None or root.get("ProtocolBinding") is not None):
        return "AssertionConsumerServiceIndex excludes AssertionConsumerServiceURL and ProtocolBinding"
    if url is None or _is_registered(url, provider):
        return None
    return "AssertionConsumerServiceURL is not https or not on a registered host"


def _consumer_url(root: etree._Element, provider: ServiceProvider) -> str:
    """Where the answer goes: a refusal too must only ever go to a registered place. Raises `Untrusted`."""
    index, url = root.get("AssertionConsumerServiceIndex"), root.get("AssertionConsumerServiceURL")
    if index is not None:
        consumer = provider.consumer(int(index)) if index.isascii() and index.isdecimal() else None
        if consumer is None:
            raise Untrusted("there is no AssertionConsumerService with this index")
        return consumer.url
    if url is not None and _is_registered(url, provider):
        return url
    return provider.default_consumer.url


def _is_registered(url: str, provider: ServiceProvider) -> bool:
    if any(ord(character) <= ord(" ") for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    hosts = {urlsplit(consumer.url).hostname for consumer in provider.consumers}
    return parts.scheme == "https" and parts.username is None and parts.hostname in hosts


def _asked_level(root: etree._Element) -> Level | None:
    contexts = root.findall(f"{{{SAMLP}}}RequestedAuthnContext")
    if len(contexts) != 1:
        return None
    # Only the first ClassRef counts, and every Comparison is read as "minimum": so does DigiD.
    first = contexts[0].findtext(f"{{{SAML}}}AuthnContextClassRef") or ""
    return Level.of_class_ref(first.strip())


def _checked(relay_state: str | None) -> str | None:
    if relay_state is not None and len(relay_state) > MAX_RELAY_STATE_CHARACTERS:
        raise Untrusted(f"RelayState is longer than {MAX_RELAY_STATE_CHARACTERS} characters")
    return relay_state


def _host(entity_id: str) -> str:
    return urlsplit(entity_id).hostname or entity_id
