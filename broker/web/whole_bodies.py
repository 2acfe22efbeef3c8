"""Hands the server every body in one piece.

granian sends a list as it is, and walks through anything else from a thread of its own, which has to wait for
the interpreter once a piece: 5 % of the CPU of a login. Our answers are small and whole anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class WholeBodies:
    """A WSGI application around another one; what that made is closed before the answer leaves."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The body as a list of one piece (PEP 3333)."""
        body = self._inner(environ, start_response)
        if isinstance(body, list):
            return body
        try:
            return [b"".join(body)]
        finally:
            # PEP 3333: whoever has read it closes it, also when reading failed.
            if callable(close := getattr(body, "close", None)):
                close()
