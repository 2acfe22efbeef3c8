"""What the doctor found: how it is, of what, and one sentence with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from broker.errors import BrokerError, ConfigurationError
from broker.settings import Settings


class Health(StrEnum):
    """How a part is."""

    GOOD = "good"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the chain."""

    part: str
    health: Health
    sentence: str


Check = Callable[[Settings], Iterator[Finding]]


def good(part: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(part, Health.GOOD, sentence)


def warning(part: str, sentence: str) -> Finding:
    """It works, and somebody has to do something."""
    return Finding(part, Health.WARNING, sentence)


def failure(part: str, sentence: str) -> Finding:
    """Logins fail, or will."""
    return Finding(part, Health.FAILURE, sentence)


def carry_out(part: str, check: Check, settings: Settings) -> Iterator[Finding]:
    """What a check finds; an error that it meets is a finding too."""
    try:
        yield from check(settings)
    except ConfigurationError as error:
        yield from (failure(part, fault) for fault in error.faults)
    except BrokerError as error:
        yield failure(
            part, f"does not answer ({error.detail}): is it running, and may we reach it from here?"
        )
