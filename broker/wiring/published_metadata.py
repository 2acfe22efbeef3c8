"""Our own metadata as it is served: one document until another key comes into use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from broker.providers.saml.keys import SigningKey
from broker.providers.saml.rollover import Rollover


class PublishedMetadata:
    """Others take the document in by hand and compare it, so it is not signed anew for each of them."""

    def __init__(self, write: Callable[[datetime], bytes], *keys: Rollover[SigningKey]) -> None:
        """`write` makes the document of a moment; `keys` are all that it names."""
        self._write = write
        self._keys = keys
        self._written: dict[tuple[str, ...], bytes] = {}

    def at(self, now: datetime) -> bytes:
        """The document of this moment."""
        in_use = tuple(rolling.at(now).long_key_name for rolling in self._keys)
        document = self._written.get(in_use)
        return document or self._written.setdefault(in_use, self._write(now))
