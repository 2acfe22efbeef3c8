"""Requests as bytes and answers from bytes: as much of HTTP/1.1 as a benchmark's own servers speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_END_OF_HEAD = b"\r\n\r\n"


class NotHttp(Exception):
    """What came is no answer that a benchmark can read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response. `is_last`: the server hangs up after it."""

    status: int
    location: str
    cookies: tuple[str, ...] = field(repr=False)
    body: bytes = field(repr=False)
    is_last: bool = False


def request_bytes(host: str, method: str, target: str, headers: Mapping[str, str], body: str | None) -> bytes:
    """One request on a connection that is kept."""
    lines = [f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    if body is None:
        return ("".join(lines) + "\r\n").encode("ascii")
    content = body.encode()
    lines.append(f"Content-Length: {len(content)}\r\n\r\n")
    return "".join(lines).encode("ascii") + content


class AnswerReader:
    """Puts one answer together from what a socket gives."""

    def __init__(self) -> None:
        self._received = b""

    def take(self, part: bytes) -> Answer | None:
        """The answer when `part` completes it. Raises `NotHttp` for one without a length, or for the end."""
        if not part:
            raise NotHttp("the server hung up in the middle")
        received = self._received = self._received + part
        end = received.find(_END_OF_HEAD)
        if end < 0:
            return None
        body = received[end + len(_END_OF_HEAD) :]
        status, length, location, cookies, is_last = _head(received[:end])
        if len(body) < length:
            return None
        if len(body) > length:
            raise NotHttp("more came than one answer")
        return Answer(status, location, tuple(cookies), body, is_last)


def _head(head: bytes) -> tuple[int, int, str, list[str], bool]:
    first, *lines = head.decode("latin-1").split("\r\n")
    status, length, location, is_last = first.split(" ", 2)[1], None, "", False
    cookies: list[str] = []
    for line in lines:
        name, _, value = line.partition(": ")
        match name.lower():
            case "content-length":
                length = int(value)
            case "location":
                location = value
            case "set-cookie":
                cookies.append(value)
            case "connection":
                is_last = value.lower() == "close"
            case _:
                pass
    if length is None:
        raise NotHttp("an answer without Content-Length")
    return int(status), length, location, cookies, is_last
