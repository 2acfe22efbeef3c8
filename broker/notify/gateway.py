"""Which gateway takes our texts and calls. How it is called, a server need not load."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """The gateway that takes our messages; `context` verifies its certificate against its name.

    `url` is what the paths stand under; `sender` is what people see; `timeout_seconds` bounds the wait for a
    connection and for each silence.
    """

    url: str
    sender: str
    context: ssl.SSLContext
    timeout_seconds: float
    api_key: str | None = field(default=None, repr=False)
