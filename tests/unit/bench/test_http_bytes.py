"""The benchmark's own HTTP: what it writes is a request, and what it cannot read it says."""

from __future__ import annotations

import pytest

from bench.http_bytes import AnswerReader, NotHttp, request_bytes

_ANSWER = (
    b"HTTP/1.1 303 See Other\r\nContent-Length: 4\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n"
    b"location: /there\r\n\r\nbody"
)


@pytest.mark.parametrize("size", [1, 7, len(_ANSWER)])
def test_answer_is_whole_when_its_last_byte_came(size: int) -> None:
    """In however many parts it comes."""
    reader = AnswerReader()
    told = [reader.take(_ANSWER[start : start + size]) for start in range(0, len(_ANSWER), size)]
    assert told[:-1] == [None] * (len(told) - 1)
    answer = told[-1]
    assert answer is not None
    assert (answer.status, answer.location, answer.cookies) == (303, "/there", ("a=1", "b=2"))
    assert (answer.body, answer.is_last) == (b"body", False)


def test_answer_tells_that_the_server_hangs_up() -> None:
    """The next request needs a new connection then."""
    answer = AnswerReader().take(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n")
    assert answer is not None
    assert answer.is_last


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\n\r\n", _ANSWER + b"HTTP/1.1 "])
def test_answer_that_cannot_be_read_is_a_fault(sent: bytes) -> None:
    """An end too early, one without a length, and more than was asked."""
    with pytest.raises(NotHttp):
        AnswerReader().take(sent)


def test_request_with_a_body_tells_its_length_in_bytes() -> None:
    """A letter with an accent is two."""
    sent = request_bytes("here:80", "POST", "/x?y=1", {"Accept": "*/*"}, "é")
    assert (
        sent == b"POST /x?y=1 HTTP/1.1\r\nHost: here:80\r\nAccept: */*\r\nContent-Length: 2\r\n\r\n\xc3\xa9"
    )
    assert request_bytes("here:80", "GET", "/", {}, None) == b"GET / HTTP/1.1\r\nHost: here:80\r\n\r\n"
