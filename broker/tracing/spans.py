"""The face that the rest of the code sees; see the package."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Value = str | int | float | bool


class Span(Protocol):
    """A stretch of time with a name."""

    def set_attribute(self, key: str, value: Value) -> None:
        """Say something about it."""


class Tracer(Protocol):
    """Makes spans."""

    def span(self, name: str, attributes: dict[str, Value]) -> AbstractContextManager[Span]:
        """A span that lasts as long as the block, below the one around it."""

    def annotate(self, attributes: dict[str, Value]) -> None:
        """Say something about the span at hand."""


class _NoSpan:
    def set_attribute(self, key: str, value: Value) -> None:
        """Nobody listens."""


_NOTHING: Final = nullcontext(_NoSpan())
_tracer: Tracer | None = None
_storage_tracer: Tracer | None = None


def use_tracer(tracer: Tracer | None, *, storage: bool = False) -> None:
    """Trace with `tracer` from now on in this process; `storage`: the stores as well."""
    global _tracer, _storage_tracer  # noqa: PLW0603 - one tracer per process, as there is one log
    _tracer = tracer
    _storage_tracer = tracer if storage else None


def is_tracing() -> bool:
    """Whether spans go anywhere."""
    return _tracer is not None


def span(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    """A span around a block."""
    return _NOTHING if _tracer is None else _tracer.span(name, attributes)


def storage_span(name: str) -> AbstractContextManager[Span]:
    """A span around a visit to a store, where those are asked for."""
    return _NOTHING if _storage_tracer is None else _storage_tracer.span(name, {})


def annotate(**attributes: Value | None) -> None:
    """Add what is known (None is left out) to the span at hand."""
    if _tracer is not None:
        _tracer.annotate({key: value for key, value in attributes.items() if value is not None})
