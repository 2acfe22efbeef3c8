"""Messages that a browser brings: whose they are, and whether they can be believed.

Everything here that fails raises `Untrusted`: the browser gets a page that says which rule was broken, and
the service provider hears nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from demo.clock import Clock
from demo.eherkenning.registry import Registry, ServiceProvider
from demo.eherkenning.signing import require_only_a_key_name
from demo.idp.backchannel import CLOCK_SKEW_MINUTES
from demo.idp.forms import DS, SAML, SAMLP, child_text, is_id, parse_instant
from demo.idp.verifying import BadSignature, own_signature, verified, verify_query
from demo.idp.wire import Untrusted, decoded, inflate, parse, raw_parameters, unbase64

MAX_RELAY_STATE_BYTES = 80
ID_REMEMBERED_DAYS = 366
"""An ID is unique for at least twelve months."""

_PARAMETER = "SAMLRequest"
_SIGNED_PARAMETERS = (_PARAMETER, "RelayState", "SigAlg")


@dataclass(frozen=True, slots=True)
class Message:
    """A believed message: what was signed, by whom, and the RelayState that must come back verbatim."""

    root: etree._Element
    provider: ServiceProvider
    relay_state: str | None

    @property
    def id(self) -> str:
        """The message's own ID."""
        return self.root.attrib["ID"]


class MessageReader:
    """Reads one kind of message at one address."""

    def __init__(self, kind: str, registry: Registry, destination: str, clock: Clock) -> None:
        self._tag = f"{{{SAMLP}}}{kind}"
        self._registry = registry
        self._destination = destination
        self._clock = clock
        self._seen = SeenIds(clock)

    def from_query(self, query: bytes) -> Message:
        """HTTP-Redirect: deflated, with a detached signature over the raw query (SAML bindings 3.4.4.1)."""
        raw = raw_parameters(query)
        for name in (_PARAMETER, "SigAlg", "Signature"):
            if name not in raw:
                raise Untrusted(f"{name} is missing")
        root = parse(inflate(unbase64(decoded(raw[_PARAMETER]))))
        provider = self._provider_of(root)
        if root.find(f".//{{{DS}}}Signature") is not None:
            raise Untrusted("on Redirect the signature belongs in the query")
        signed = b"&".join(f"{name}=".encode() + raw[name] for name in _SIGNED_PARAMETERS if name in raw)
        try:
            verify_query(
                signed,
                unbase64(decoded(raw["Signature"])),
                decoded(raw["SigAlg"]),
                tuple(provider.signing.values()),
                self._clock(),
            )
        except BadSignature as problem:
            raise Untrusted(str(problem)) from problem
        return self._believed(root, provider, decoded(raw["RelayState"]) if "RelayState" in raw else None)

    def from_form(self, message: str, relay_state: str | None) -> Message:
        """HTTP-POST: with an enveloped signature whose KeyInfo names the key and nothing else."""
        root = parse(unbase64(message))
        provider = self._provider_of(root)
        try:
            require_only_a_key_name(own_signature(root))
            signed = verified(root, provider.signing, self._clock())
        except BadSignature as problem:
            raise Untrusted(str(problem)) from problem
        return self._believed(signed, provider, relay_state)

    def _provider_of(self, root: etree._Element) -> ServiceProvider:
        if root.tag != self._tag or not is_id(root.get("ID")):
            raise Untrusted(f"this is not a message of the kind {etree.QName(self._tag).localname}")
        provider = self._registry.find(child_text(root, SAML, "Issuer") or "")
        if provider is None:
            raise Untrusted("the Issuer is not connected")
        return provider

    def _believed(self, root: etree._Element, provider: ServiceProvider, relay_state: str | None) -> Message:
        """The message, when everything that says it is meant for here and now is right."""
        if relay_state is not None and len(relay_state.encode()) > MAX_RELAY_STATE_BYTES:
            raise Untrusted(f"RelayState is longer than {MAX_RELAY_STATE_BYTES} bytes")
        issuer = root.find(f"{{{SAML}}}Issuer")
        if issuer is None or issuer.attrib:
            raise Untrusted("the Issuer must not have a Format or a qualifier")
        if root.get("Version") != "2.0":
            raise Untrusted("Version is not 2.0")
        if root.get("Destination") != self._destination:
            raise Untrusted("Destination is missing or not the address that was called")
        issued = parse_instant(root.get("IssueInstant"))
        if issued is None or abs(self._clock() - issued) > timedelta(minutes=CLOCK_SKEW_MINUTES):
            raise Untrusted(f"IssueInstant is missing or more than {CLOCK_SKEW_MINUTES} minutes away")
        if not self._seen.is_new(provider.entity_id, root.attrib["ID"]):
            raise Untrusted("the ID was used before")
        return Message(root, provider, relay_state)


class SeenIds:
    """Every ID that a service provider used, for as long as it may not use it again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], datetime] = {}

    def is_new(self, entity_id: str, message_id: str) -> bool:
        """Whether this is the first time; from now on it is not."""
        now = self._clock()
        oldest = now - timedelta(days=ID_REMEMBERED_DAYS)
        with self._lock:
            seen = self._seen.get((entity_id, message_id))
            self._seen[(entity_id, message_id)] = now
            return seen is None or seen < oldest
