"""What a fault is: a name, what it does in a sentence, and the one place where it strikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from demo.eherkenning.encryption import Sealing
from demo.eherkenning.logout_answers import LogoutAnswer
from demo.eherkenning.messages import Answer
from demo.eherkenning.signatures import Signatures
from demo.idp.line import Line


@dataclass(frozen=True, slots=True)
class InAnswer:
    """Changes the values before there is XML."""

    change: Callable[[Answer], Answer]


@dataclass(frozen=True, slots=True)
class InSealing:
    """Changes how identifiers are encrypted."""

    change: Callable[[Sealing], Sealing]


@dataclass(frozen=True, slots=True)
class InSignatures:
    """Changes what is signed, by whom and in which form."""

    change: Callable[[Signatures], Signatures]


@dataclass(frozen=True, slots=True)
class InMessage:
    """Gives another tree in place of the signed message, which is an ArtifactResponse or a Response."""

    change: Callable[[etree._Element], etree._Element]


@dataclass(frozen=True, slots=True)
class InBytes:
    """Changes the bytes of the answer, the SOAP envelope included."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class InLogout:
    """Has the makelaar answer a LogoutRequest, and changes the answer."""

    change: Callable[[LogoutAnswer], LogoutAnswer]


class NoResponse:
    """Leaves the Response out of the ArtifactResponse."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is otherwise, off until it is switched on; some have no place in a posted answer."""

    name: str
    description: str
    where: InAnswer | InSealing | InSignatures | InMessage | InBytes | InLogout | NoResponse | Line
    only_by_artifact: bool = False
