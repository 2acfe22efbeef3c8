"""The last good copy of a feed, on disk: workers write it, servers read it, and nobody believes it unread.

The copy is the signed document itself, and is verified whenever it is read: whoever can write to the disk
can take a provider away, and cannot put another in its place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from broker.errors import ConfigurationError
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.refusal import AnswerRefused

_log = structlog.get_logger("broker.providers")

Reader = Callable[[bytes], IdentityProvider]
"""Verifies and reads; raises `AnswerRefused` or `ConfigurationError`."""


class FeedCopy:
    """One file. Its time of change is when the feed was last found to say this."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> bytes | None:
        """The document; None when there is none that can be read."""
        try:
            return self._file.read_bytes()
        except OSError:
            return None

    def confirmed_at(self) -> datetime | None:
        """When the feed last said this; None when there is no copy."""
        try:
            return datetime.fromtimestamp(self._file.stat().st_mtime, UTC)
        except OSError:
            return None

    def mark(self) -> tuple[int, int, int] | None:
        """What differs when the copy is another one; None when there is none."""
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def write_beside(self, document: bytes, now: datetime) -> Path:
        """Another document, ready to take its place; raises `OSError` where it cannot be written."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        with beside.open("wb") as out:
            out.write(document)
            out.flush()
            os.fsync(out.fileno())
        os.utime(beside, (now.timestamp(), now.timestamp()))
        return beside

    def replace_by(self, beside: Path) -> None:
        """Let what was written beside take its place, whole or not at all."""
        beside.replace(self._file)


class FollowedCopy:
    """What the copy says, read again when it has changed; shared by all threads of a process."""

    def __init__(self, copy: FeedCopy, read: Reader) -> None:
        """Raises `ConfigurationError` or `AnswerRefused` when there is no copy to begin with."""
        self._copy = copy
        self._read = read
        self._mark = copy.mark()
        document = copy.read()
        if document is None:
            raise ConfigurationError(
                ("there is no copy of the feed that can be read; run: broker metadata fetch",)
            )
        self._known = read(document)

    def current(self) -> IdentityProvider:
        """The last that could be believed: a copy that cannot is told in the log, and changes nothing."""
        mark = self._copy.mark()
        if mark is None or mark == self._mark:
            return self._known
        self._mark = mark
        document = self._copy.read()
        try:
            if document is not None:
                self._known = self._read(document)
        except (AnswerRefused, ConfigurationError) as fault:
            _log.error("copy of a metadata feed is not believed", kind=type(fault).__name__)
        return self._known
