"""Logging out: the makelaar ends its sessions and shows the last page itself; nobody is sent back."""

from __future__ import annotations

from lxml import etree

from demo.clock import Clock
from demo.eherkenning.reading import Message
from demo.idp.forms import SAML, SAMLP, parse_instant
from demo.idp.wire import Untrusted


def named_sessions(message: Message, clock: Clock) -> frozenset[str]:
    """The sessions that a LogoutRequest names. Raises `Untrusted` for one that may not be followed."""
    root = message.root
    until = root.get("NotOnOrAfter")
    moment = parse_instant(until)
    if until is not None and (moment is None or clock() >= moment):
        raise Untrusted("NotOnOrAfter has passed or is not an instant")
    if len(root.findall(f"{{{SAML}}}NameID")) != 1:
        raise Untrusted("a LogoutRequest names one NameID")
    return frozenset(_text(one) for one in root.findall(f"{{{SAMLP}}}SessionIndex"))


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
