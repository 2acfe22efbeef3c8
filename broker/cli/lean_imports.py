"""Imports the large libraries without parts of theirs that a server never uses, which spares its memory.

Each of these libraries takes an optional neighbour when that happens to be installed. Ours are installed, for
other purposes; a worker would carry them along for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import MappingProxyType
from typing import Final

UNUSED_PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # Coloured stack traces for a developer's terminal; we log JSON, and commands with tables import rich
        # themselves. And a logger for each greenlet, of which there are none.
        "structlog": ("rich", "greenlet"),
        # Figures of redis-py's own, which nobody asks for; our traces import opentelemetry themselves.
        "redis": ("opentelemetry",),
        # Carries SQLAlchemy's asyncio extension; our storage is synchronous.
        "sqlalchemy": ("greenlet",),
    }
)
"""What is imported so, and without what."""


def import_leanly() -> None:
    """Import each library as if its unused parts were not installed.

    It has no effect on what was imported earlier, so it belongs before the first import of anything else.
    """
    for library, unused in UNUSED_PARTS.items():
        with _as_if_absent(unused):
            import_module(library)


@contextmanager
def _as_if_absent(names: tuple[str, ...]) -> Iterator[None]:
    # None in sys.modules makes an import fail (Python language reference, section 5.3.1).
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # typeshed knows modules only
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
