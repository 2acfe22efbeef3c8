"""Whether the demo's addresses are free, told before anything is started."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Port:
    """A port the demo needs and what for.

    `both_families` when browsers reach it by the name localhost: a stranger on ``[::1]`` would
    answer in our place.
    """

    number: int
    wanted_by: str
    both_families: bool = False


def taken(ports: Iterable[Port]) -> list[Port]:
    """Those that another program already listens on."""
    return [port for port in ports if not _is_free(port)]


def _is_free(port: Port) -> bool:
    if not _can_listen(socket.AF_INET, "127.0.0.1", port.number):
        return False
    return not port.both_families or _can_listen(socket.AF_INET6, "::1", port.number)


def _can_listen(family: socket.AddressFamily, host: str, number: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # As the servers do: a connection that is still closing does not count.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, number))
                listener.listen(1)
            except OSError as fault:
                return family == socket.AF_INET6 and not _is_in_use(fault)
    except OSError:
        # A machine without this family has nobody listening on it either.
        return True
    return True


def _is_in_use(fault: OSError) -> bool:

    return fault.errno in {errno.EADDRINUSE, errno.EACCES}
