"""How long we wait for another server, and connections that keep to it from the first byte to the last.

A timeout of a socket is about one silence, and whoever sends a byte now and then is never silent for long: a
head can be drawn out for as long as a body. So what is left of the whole is looked at before every read.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any, cast

from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPSConnection
from urllib3.util import Url

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds: to connect, for each silence, and as a whole."""

    connect_seconds: float = 3.0
    read_seconds: float = 8.0
    total_seconds: float = 12.0


def patient_pool(
    place: Url, context: ssl.SSLContext, patience: Patience, *, connections: int = 1
) -> HTTPSConnectionPool:
    """Connections to one server. A call that takes too long fails as urllib3's timeouts do."""
    return _PatientPool(
        place.host or "",
        place.port,
        maxsize=connections,
        ssl_context=context,
        cert_reqs="CERT_REQUIRED",
        # Without a timeout for reading, a connection is given what is left of the whole.
        timeout=Timeout(connect=patience.connect_seconds, read=None, total=patience.total_seconds),
        silence_seconds=patience.read_seconds,
    )


class _PatientConnection(HTTPSConnection):
    def __init__(self, *place: Any, silence_seconds: float, **options: Any) -> None:  # noqa: ANN401 - handed on as they come
        super().__init__(*place, **options)
        timed = partial(_TimedAnswer, silence_seconds=silence_seconds)
        self.response_class = cast("type[HTTPResponse]", timed)


class _PatientPool(HTTPSConnectionPool):
    ConnectionCls = _PatientConnection


class _TimedAnswer(HTTPResponse):
    """An answer that is read, head and body, for as long as its socket was given at the beginning."""

    def __init__(
        self,
        line: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
        *,
        silence_seconds: float,
    ) -> None:
        super().__init__(line, debuglevel, method, url)
        give_up_at = time.monotonic() + (line.gettimeout() or 0.0)
        self.fp = BufferedReader(_TimedLine(self.fp.detach(), line, silence_seconds, give_up_at))


class _TimedLine(RawIOBase):
    def __init__(
        self, plain: RawIOBase, line: socket.socket, silence_seconds: float, give_up_at: float
    ) -> None:
        super().__init__()
        self._plain = plain
        self._line = line
        self._silence_seconds = silence_seconds
        self._give_up_at = give_up_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        left = self._give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the other side took too long as a whole")
        self._line.settimeout(min(left, self._silence_seconds))
        return self._plain.readinto(buffer)

    def close(self) -> None:
        self._plain.close()
        super().close()
