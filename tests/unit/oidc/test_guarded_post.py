"""Posting to addresses that portals registered, without becoming a way into our own network (B3-14)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broker.oidc.guarded_post import GuardedPost, PostFailed, PostRefused

FORM = {"logout_token": "a.b.c"}


@dataclass
class Listener:
    """A server on loopback that notes what came in."""

    port: int = 0
    seen: list[tuple[str, str, bytes]] = field(default_factory=list)
    status: int = 200
    drips: bool = False
    stop: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Listens for the time of one test."""
    notes = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            notes.seen.append((self.path, self.headers["Host"], body))
            if notes.drips:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not notes.stop.wait(0.05):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                return
            self.send_response(notes.status)
            self.send_header("Location", f"http://127.0.0.1:{notes.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    notes.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield notes
    notes.stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


def answering(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A resolver that always says the same."""
    return lambda _host, _port: addresses


def test_post_arrives_as_a_form_with_the_name_of_the_host(listener: Listener) -> None:
    """The status comes back; path and query are kept."""
    post = GuardedPost(loopback_only=True)
    assert post(f"http://localhost:{listener.port}/out?x=1", FORM) == 200
    assert listener.seen == [("/out?x=1", f"localhost:{listener.port}", b"logout_token=a.b.c")]


def test_post_follows_no_redirect(listener: Listener) -> None:
    """The status is told and nothing else is called."""
    listener.status = 307
    assert GuardedPost(loopback_only=True)(f"http://127.0.0.1:{listener.port}/", FORM) == 307
    assert len(listener.seen) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "fe80::1",
        "fec0::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fc00::1",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "2001:db8::1",
    ],
)
def test_post_calls_no_address_that_is_not_public(address: str) -> None:
    """In production: judged after the name was resolved, and also when a public one stands beside it."""
    for found in ((address,), ("93.184.216.34", address)):
        post = GuardedPost(loopback_only=False, resolve=answering(*found))
        with pytest.raises(PostRefused, match="address-not-allowed"):
            post("https://portal.example/out", FORM)


@pytest.mark.parametrize("address", ["93.184.216.34", "10.0.0.1", "169.254.169.254"])
def test_post_in_the_demo_leaves_the_machine_never(address: str) -> None:
    """Not even to a public address."""
    with pytest.raises(PostRefused, match="address-not-allowed"):
        GuardedPost(loopback_only=True, resolve=answering(address))("https://portal.example/", FORM)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://portal.example/", "not-https"),
        ("ftp://portal.example/", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("https://user:pass@portal.example/", "no-plain-host"),
        ("https:///out", "no-plain-host"),
    ],
)
def test_post_in_production_takes_plain_https_only(url: str, fault: str) -> None:
    """Nothing is resolved for anything else."""

    def never(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError("resolved")

    with pytest.raises(PostRefused, match=fault):
        GuardedPost(loopback_only=False, resolve=never)(url, FORM)


def test_post_resolves_once_and_calls_what_was_judged(listener: Listener) -> None:
    """DNS rebinding: the second answer of a lying name server is never asked for."""
    asked: list[str] = []

    def lying(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

    post = GuardedPost(loopback_only=True, resolve=lying)
    assert post(f"http://portal.invalid:{listener.port}/", FORM) == 200
    assert asked == ["portal.invalid"]
    assert listener.seen[0][1] == f"portal.invalid:{listener.port}"


def test_post_to_nobody_fails(listener: Listener) -> None:
    """A closed port, an unknown name: a code, to be tried again."""
    with pytest.raises(PostFailed, match="no-answer"):
        GuardedPost(loopback_only=True)("http://127.0.0.1:1/", FORM)
    with pytest.raises(PostFailed, match="not-resolved"):
        GuardedPost(loopback_only=True, resolve=answering())("http://x.invalid/", FORM)


def test_post_in_plain_text_to_a_tls_address_fails(listener: Listener) -> None:
    """What answers must prove who it is."""
    with pytest.raises(PostFailed):
        GuardedPost(loopback_only=True)(f"https://127.0.0.1:{listener.port}/", FORM)


def test_post_ends_when_an_answer_never_does(listener: Listener) -> None:
    """A byte now and then holds no worker."""
    listener.drips = True
    post = GuardedPost(loopback_only=True, silence_seconds=5, total_seconds=0.3)
    with pytest.raises(PostFailed):
        post(f"http://127.0.0.1:{listener.port}/", FORM)
