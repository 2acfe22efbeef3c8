"""Many browsers in one thread, each with connections of its own; threads would cost more than they do."""

from __future__ import annotations

import select
import socket
from urllib.parse import urlsplit

from bench.browsing import LoginFailed
from bench.http_bytes import AnswerReader, request_bytes
from bench.line import MOST_AT_ONCE, TIMEOUT_SECONDS
from bench.steps import Login, Request, Site


class Browsers:
    """Those that are logging in now. Whatever goes wrong with one is raised."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._hosts = {
            Site.BROKER: urlsplit(login.broker).netloc,
            Site.UPSTREAM: urlsplit(login.upstream.address).netloc,
            Site.BROKER_FROM_PORTAL: urlsplit(login.broker).netloc,
        }
        self._poll = select.epoll()
        self._asking: dict[int, _Browser] = {}

    def __len__(self) -> int:
        return len(self._asking)

    def send_in(self) -> None:
        """One more, which begins to log in."""
        browser = _Browser(self._login)
        self._ask(browser, next(browser.steps))

    def lead_on(self) -> int:
        """Wait for answers and ask what comes next; how many logins that completed."""
        ready = self._poll.poll(TIMEOUT_SECONDS)
        if not ready:
            raise LoginFailed(f"no answer within {TIMEOUT_SECONDS} seconds")
        return sum(self._heard(number) for number, _ in ready)

    def close(self) -> None:
        """Send everybody away."""
        for browser in self._asking.values():
            browser.close()
        self._poll.close()

    def _heard(self, number: int) -> bool:
        """Whether what came on this connection ended a login."""
        browser = self._asking.get(number)
        if browser is None:
            # Said by a server that closes what nobody uses, in the moment in which its browser was done.
            return False
        answer = browser.reader.take(browser.lines[browser.site].recv(MOST_AT_ONCE))
        if answer is None:
            return False
        del self._asking[number]
        if answer.is_last:
            browser.lines.pop(browser.site).close()
        try:
            self._ask(browser, browser.steps.send(answer))
        except StopIteration:
            browser.close()
            return True
        return False

    def _ask(self, browser: _Browser, request: Request) -> None:
        site, method, target, headers, body = request
        host = self._hosts[site]
        line = browser.lines.get(site)
        if line is None:
            line = browser.lines[site] = self._connected(host)
        # A request is shorter than a socket's buffer, so nothing waits here.
        line.sendall(request_bytes(host, method, target, headers, body))
        browser.site, browser.reader = site, AnswerReader()
        self._asking[line.fileno()] = browser

    def _connected(self, host: str) -> socket.socket:
        name, _, port = host.partition(":")
        line = socket.create_connection((name, int(port)), TIMEOUT_SECONDS)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setblocking(False)
        self._poll.register(line.fileno(), select.EPOLLIN)
        return line


class _Browser:
    """One, new for each login as a person's is, with the portal's own connection beside its own."""

    def __init__(self, login: Login) -> None:
        self.steps = login.whole()
        self.lines: dict[Site, socket.socket] = {}
        self.site = Site.BROKER
        self.reader = AnswerReader()

    def close(self) -> None:
        """Hang up everywhere; `epoll` forgets what is closed."""
        for line in self.lines.values():
            line.close()
