"""The last good copy of a feed, on disk: workers write it, servers read it, and nobody believes it unread.

The copy is the signed document itself, and is verified whenever it is read: whoever can write to the disk
can take a provider away, and cannot put another in its place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

import structlog

from broker.errors import ConfigurationError
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.refusal import AnswerRefused

_log = structlog.get_logger("broker.providers")

Reader = Callable[[bytes], IdentityProvider]
"""Verifies and reads; raises `AnswerRefused` or `ConfigurationError`."""


class CopyNotWritten(AnswerRefused):
    """What the feed brought could not be kept, so that it does not count."""


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

    @contextmanager
    def beside(self, document: bytes, now: datetime) -> Iterator[Path]:
        """Another document, ready to take its place, and gone again where it did not.

        Raises `CopyNotWritten`.
        """
        with _as_refusal():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # A name that nobody knows beforehand: workers in containers share their numbers, and a link that
            # lies there already would be followed.
            descriptor, name = mkstemp(".new", f".{self._file.name}.", self._file.parent)
        beside = Path(name)
        try:
            with _as_refusal():
                _write(descriptor, document, now)
            yield beside
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def replace_by(self, beside: Path) -> None:
        """Let what was written beside take its place, whole or not at all; raises `CopyNotWritten`."""
        with _as_refusal():
            beside.replace(self._file)


@contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        detail = f"the copy cannot be written ({type(fault).__name__})"
        raise CopyNotWritten("feed.copy-not-written", detail) from fault


def _write(descriptor: int, document: bytes, now: datetime) -> None:
    with os.fdopen(descriptor, "wb") as out:
        out.write(document)
        out.flush()
        # Servers may run as somebody else, and nothing in it is secret.
        os.fchmod(descriptor, 0o644)
        os.utime(descriptor, (now.timestamp(), now.timestamp()))
        os.fsync(descriptor)


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
