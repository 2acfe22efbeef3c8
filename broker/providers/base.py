"""What the login pipeline knows about a provider: begin, complete, and what is kept in between.

Nothing here knows SAML; `broker.login` imports this module and no other of this package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from broker.domain.assurance import Assurance, Scheme
from broker.domain.identity import ProviderOutcome


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What must be remembered about a request until its answer comes back.

    The caller stores it once, under the relay state and the browser's transaction, and takes it out
    (read and delete in one step) when the answer arrives. `entity_id` is the party that was asked: an
    answer of anybody else is refused. `sent_at` is aware UTC.
    """

    provider: str
    brand: str
    request_id: str
    required: Assurance
    sent_at: datetime
    entity_id: str


@dataclass(frozen=True, slots=True)
class RedirectTo:
    """Send the browser to `url` with a GET."""

    url: str


@dataclass(frozen=True, slots=True)
class PostForm:
    """Have the browser post `fields` (name, value) to `action`."""

    action: str
    fields: tuple[tuple[str, str], ...]


Send = RedirectTo | PostForm


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that can start: remember `sent`, then carry out `send`."""

    sent: SentRequest
    send: Send


@dataclass(frozen=True, slots=True)
class ArtifactAnswer:
    """The browser came back with a reference to the answer; still wholly untrusted."""

    artifact: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """The browser posted the answer itself, in base64; still wholly untrusted."""

    message: str = field(repr=False)


Answer = ArtifactAnswer | PostedAnswer


class Provider(Protocol):
    """One connection of one brand to one outside party."""

    @property
    def scheme(self) -> Scheme:
        """The scheme whose levels this provider speaks."""
        ...

    def begin(self, required: Assurance, *, relay_state: str, now: datetime) -> Begun:
        """Make a request for at least `required`; `relay_state` (at most 80 bytes) comes back verbatim."""
        ...

    def complete(self, answer: Answer, sent: SentRequest, *, now: datetime) -> ProviderOutcome:
        """Turn the answer into an outcome; never raises for anything the outside party can cause.

        `sent` must have been taken from the store: completing twice with it is the caller's mistake.
        Raises `StorageUnavailable` when the store of used messages does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A browser from which somebody logged in before, as its own cookie says; still wholly untrusted."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordAnswer:
    """What somebody typed on our own page; still wholly untrusted. `source` is the caller's address block."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    device: KnownDevice | None = field(repr=False)
    source: str = field(repr=False)


class AnswersDirectly(Protocol):
    """A way of logging in of our own: no journey to an outside party, the form is on our page."""

    @property
    def scheme(self) -> Scheme:
        """The scheme whose levels its evidence speaks."""
        ...

    def check(self, answer: PasswordAnswer, *, brand: str, now: datetime) -> ProviderOutcome:
        """Turn the answer into an outcome, with equal work for every reason to refuse.

        Raises `BrokerError` (try again, 503) when there is no room for the work, or a store is away.
        """
        ...


class UnreadableSentRequest(ValueError):
    """Stored bytes are not a `SentRequest` of this version."""


_FORM_VERSION = 2


def encode_sent_request(sent: SentRequest) -> bytes:
    """Write `sent` as JSON for the store."""
    return json.dumps(
        {
            "v": _FORM_VERSION,
            "provider": sent.provider,
            "brand": sent.brand,
            "request_id": sent.request_id,
            "scheme": sent.required.scheme.value,
            "level": sent.required.level.label,
            "sent_at": sent.sent_at.isoformat(),
            "entity_id": sent.entity_id,
        },
        separators=(",", ":"),
    ).encode()


def decode_sent_request(stored: bytes) -> SentRequest:
    """Read what `encode_sent_request` wrote; raises `UnreadableSentRequest` for anything else."""
    try:
        form = json.loads(stored)
        if form["v"] != _FORM_VERSION:
            raise UnreadableSentRequest("another version of the stored form")
        texts = [form[name] for name in ("provider", "brand", "request_id", "entity_id")]
        sent_at = datetime.fromisoformat(form["sent_at"])
        required = Assurance.of(form["scheme"], form["level"])
    except (ValueError, KeyError, TypeError) as fault:
        raise UnreadableSentRequest("not a stored request") from fault
    if sent_at.utcoffset() is None or not all(isinstance(text, str) and text for text in texts):
        raise UnreadableSentRequest("not a stored request")
    provider, brand, request_id, entity_id = texts
    return SentRequest(provider, brand, request_id, required, sent_at, entity_id)
