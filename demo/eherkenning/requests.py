"""AuthnRequests: what a believed service provider asks, and whether it may.

A believed request that asks what is not allowed is `Unsupported`: the person reads why, and the service
provider gets Requester/RequestUnsupported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from demo.eherkenning.catalogue import Service
from demo.eherkenning.levels import Level
from demo.eherkenning.names import UNSPECIFIED_CONSENT
from demo.eherkenning.reading import Message
from demo.eherkenning.registry import Consumer, Offer, ServiceProvider
from demo.idp.forms import DS, SAML, SAMLP
from demo.idp.wire import Untrusted

_CHILDREN = {
    f"{{{SAML}}}Issuer",
    f"{{{DS}}}Signature",
    f"{{{SAMLP}}}Extensions",
    f"{{{SAMLP}}}RequestedAuthnContext",
    f"{{{SAMLP}}}Scoping",
}


IndexedT = TypeVar("IndexedT", Consumer, Offer)


@dataclass(frozen=True, slots=True)
class Return:
    """Where an answer goes, and to what."""

    request_id: str
    provider: ServiceProvider
    consumer: Consumer
    relay_state: str | None


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A request that can be met. `screen_name` is what the service provider wants to be called."""

    back: Return
    service: Service
    level: Level
    forced: bool
    screen_name: str | None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A believed request that asks something else than the catalogue or the scheme allows."""

    back: Return
    rule: str


def judged(message: Message) -> AuthnRequest | Unsupported:
    """What is asked. Raises `Untrusted` when there is no registered place to answer."""
    root, provider = message.root, message.provider
    back = Return(message.id, provider, _consumer(root, provider), message.relay_state)
    offer = _offer(root, provider)
    broken = _broken_rule(root)
    if offer is None or broken is not None:
        return Unsupported(back, broken or "there is no AttributeConsumingService with this index")
    level = _asked_level(root, offer.service.level)
    if isinstance(level, str):
        return Unsupported(back, level)
    forced = root.get("ForceAuthn") in ("true", "1")
    return AuthnRequest(back, offer.service, level, forced, root.get("ProviderName"))


def _consumer(root: etree._Element, provider: ServiceProvider) -> Consumer:
    """The registered place that the index names, or the default one; a URL in the request is refused."""
    for forbidden in ("AssertionConsumerServiceURL", "ProtocolBinding"):
        if root.get(forbidden) is not None:
            raise Untrusted(f"{forbidden} is not allowed; use AssertionConsumerServiceIndex")
    consumer = _by_index(provider.consumers, root.get("AssertionConsumerServiceIndex"))
    if consumer is None:
        raise Untrusted("there is no AssertionConsumerService with this index")
    return consumer


def _offer(root: etree._Element, provider: ServiceProvider) -> Offer | None:
    return _by_index(provider.offers, root.get("AttributeConsumingServiceIndex"))


def _by_index(listed: Sequence[IndexedT], index: str | None) -> IndexedT | None:
    """The one with that index; without an index the default one, else the first (SAML metadata 2.2.3)."""
    if index is None:
        return next((one for one in listed if one.is_default), listed[0])
    return next((one for one in listed if str(one.index) == index), None)


def _broken_rule(root: etree._Element) -> str | None:
    foreign = [child for child in root.iterchildren(tag=etree.Element) if child.tag not in _CHILDREN]
    if foreign:
        return f"{etree.QName(foreign[0]).localname} is not allowed in a request"
    if root.get("IsPassive") not in (None, "false", "0"):
        return "IsPassive must be false"
    if root.get("Consent") not in (None, UNSPECIFIED_CONSENT):
        return "Consent must be unspecified"
    return None


def _asked_level(root: etree._Element, of_service: Level) -> Level | str:
    """The service's own level, or the lower one that was asked; otherwise the rule that was broken."""
    contexts = root.findall(f"{{{SAMLP}}}RequestedAuthnContext")
    if not contexts:
        return of_service
    if len(contexts) > 1 or contexts[0].get("Comparison") != "minimum":
        return "RequestedAuthnContext must have the Comparison minimum"
    refs = contexts[0].findall(f"{{{SAML}}}AuthnContextClassRef")
    level = Level.of_class_ref((refs[0].text or "").strip()) if len(refs) == 1 else None
    if level is None:
        return "RequestedAuthnContext names no level of eHerkenning"
    return level if level <= of_service else "RequestedAuthnContext is above the level in the catalogue"
