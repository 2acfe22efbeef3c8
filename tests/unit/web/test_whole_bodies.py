"""Bodies in one piece: the same bytes, closed before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from broker.web.whole_bodies import WholeBodies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Body:
    def __init__(self, pieces: list[bytes], *, broken: bool = False) -> None:
        self.pieces, self.broken, self.closed = pieces, broken, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.broken:
            raise OSError

    def close(self) -> None:
        self.closed = True


def _call(body: _Body) -> list[bytes]:
    def inner(_environ: WSGIEnvironment, _start: StartResponse) -> _Body:
        return body

    return list(WholeBodies(inner)({}, lambda *_: print))


def test_body_is_one_piece_and_was_closed() -> None:
    """The pieces are joined in their order, and the body is closed once it was read."""
    body = _Body([b"one ", b"", b"two"])
    assert _call(body) == [b"one two"]
    assert body.closed


def test_body_that_breaks_is_closed_too() -> None:
    """Whoever made it can let go of its files also when it could not be read to its end."""
    body = _Body([b"one"], broken=True)
    with pytest.raises(OSError):  # noqa: PT011 - the very error that the body raised
        _call(body)
    assert body.closed
