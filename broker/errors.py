"""The tree of errors: every one has a stable code for people and a private detail for the log.

What a person reads about a code stands in `broker.web.error_texts`; the rim (`broker.web.rim`) is the
only place that catches the whole tree and lets a code out.
"""

from __future__ import annotations

from typing import ClassVar


class BrokerError(Exception):
    """Base of all errors that the broker raises on purpose.

    `code` is stable and may be shown; `detail` is for the log only and must hold no personal data.
    `retry_after_seconds` is when trying again makes sense, where that is known.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class ConfigurationError(BrokerError):
    """The configuration has faults; `faults` lists all of them, one sentence each with file and key."""

    code: ClassVar[str] = "configuration"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class StorageUnavailable(BrokerError):
    """The database or Redis did not answer; nothing was decided and nothing may be assumed."""

    code: ClassVar[str] = "temporarily-unavailable"
    status: ClassVar[int] = 503


class Busy(BrokerError):
    """There is more of this work than there is room for; nothing was decided, and trying again may do."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503
    retry_after_seconds: ClassVar[int | None] = 15


class LoginRefused(BrokerError):
    """This login attempt ends here, with a page that says why and what to do next."""

    code: ClassVar[str] = "login-refused"
    status: ClassVar[int] = 400
