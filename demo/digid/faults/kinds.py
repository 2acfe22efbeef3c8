"""What a fault is: a name, what it does in a sentence, and the one place where it strikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from demo.digid.levels import Level
from demo.digid.messages import Answer
from demo.idp.line import Line
from demo.idp.signing import Signer


@dataclass(frozen=True, slots=True)
class InAnswer:
    """Changes the values before there is XML; gets the level that was asked. None leaves out the Response."""

    change: Callable[[Answer, Level], Answer | None]


@dataclass(frozen=True, slots=True)
class InSignature:
    """Changes what signs; None leaves everything unsigned."""

    change: Callable[[Signer], Signer | None]


@dataclass(frozen=True, slots=True)
class InMessage:
    """Gives another tree in place of the signed ArtifactResponse."""

    change: Callable[[etree._Element], etree._Element]


@dataclass(frozen=True, slots=True)
class InBytes:
    """Changes the bytes of the whole SOAP answer."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong, off until it is switched on."""

    name: str
    description: str
    where: InAnswer | InSignature | InMessage | InBytes | Line
