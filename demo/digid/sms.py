"""Sending the SMS check: through the outbox's gateway, as any SMS provider would be."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

import requests

TIMEOUT_SECONDS = 5


class SmsNotSent(Exception):
    """The gateway did not take the message."""


class SmsGateway(Protocol):
    """Something that delivers a text to a telephone number, or raises `SmsNotSent`."""

    def send(self, to: str, text: str) -> None:
        """Delivers `text` to `to`, or raises."""


@dataclass(frozen=True, slots=True)
class HttpSmsGateway:
    """The outbox's gateway at this base URL."""

    base_url: str

    def send(self, to: str, text: str) -> None:
        """Hands over one message; the key keeps a repeated call from becoming a second message."""
        message = {"to": to, "text": text, "idempotency_key": secrets.token_hex(16)}
        try:
            answer = requests.post(
                f"{self.base_url}/api/sms", json=message, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as problem:
            raise SmsNotSent("the SMS gateway does not answer") from problem
        if answer.status_code != requests.codes.accepted:
            raise SmsNotSent(f"the SMS gateway says {answer.status_code}")
