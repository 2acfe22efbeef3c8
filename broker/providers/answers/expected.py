"""What an answer is held against, and the words in which the checks demand it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from broker.providers.base import SentRequest
from broker.providers.saml.names import FORMAT_ENTITY
from broker.providers.saml.refusal import MeaningRefused
from broker.providers.saml.values import Named

MAX_SKEW: Final = timedelta(seconds=60)
MAX_LIFE: Final = timedelta(minutes=10)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expected:
    """One login, as we know it. `now` is aware UTC; `entity_id` and `acs_url` are our own."""

    sent: SentRequest
    resolve_id: str
    entity_id: str
    acs_url: str
    now: datetime


def demand(code: str, detail: str, *, that: bool) -> None:
    """Raise `MeaningRefused` unless the thing holds."""
    if not that:
        raise MeaningRefused(code, detail)


def present(value: T | None, code: str, detail: str) -> T:
    """The value; `MeaningRefused` when it is absent."""
    if value is None:
        raise MeaningRefused(code, detail)
    return value


def is_issuer(issuer: Named, expected: Expected) -> bool:
    """Whether this is the party that the login was sent to, letter for letter."""
    return issuer.text == expected.sent.entity_id and issuer.format in {None, FORMAT_ENTITY}


def is_during_login(moment: datetime, expected: Expected) -> bool:
    """After we asked and not in the future, give or take the clocks."""
    return expected.sent.sent_at - MAX_SKEW <= moment <= expected.now + MAX_SKEW
