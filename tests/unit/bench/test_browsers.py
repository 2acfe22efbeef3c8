"""A benchmark that cannot fail is worth nothing: whatever goes wrong in one browser ends all of it."""

from __future__ import annotations

import socket
import threading
from http import HTTPStatus

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from bench.browsing import LoginFailed
from bench.doors import Asked, Reply, serve_front
from bench.http_bytes import NotHttp
from bench.load import Sites
from bench.portal import Portal
from bench.rate import logins_per_second

_CALLBACK = "http://portal.example/callback"
_PAGE = b'<form action="/cz/login/x/digid"><input name="csrf_token" value="c"></form>'


class _Broker:
    """Broker and DigiD at one address; `wrong` has other answers than those of a good login."""

    def __init__(self, wrong: dict[str, Reply]) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.asked: list[str] = []
        away, home = f"{self.url}/idp?SAMLRequest=x", f"{self.url}/acs?SAMLart=y"
        self._answers = {
            "/oauth2/authorize": _to("/cz/login/x"),
            "/cz/login/x": Reply(_PAGE),
            "/cz/login/x/digid": _to(away),
            "/idp": _to(home, HTTPStatus.FOUND),
            "/acs": _to(f"{_CALLBACK}?code=abc&state=s"),
            "/oauth2/token": Reply(b'{"access_token": "a", "id_token": "i"}'),
            "/oauth2/userinfo": Reply(b'{"sub": "somebody"}'),
            **wrong,
        }
        threading.Thread(target=serve_front, args=(listener, self._answer), daemon=True).start()

    def rate(self) -> float:
        """With two browsers, for a moment."""
        portal = Portal("mijn-cz", _CALLBACK, generate_private_key(SECP256R1()), "header")
        sites = Sites(self.url, self.url, self.url, portal)
        return logins_per_second(sites, browsers=2, seconds=0.2, warm_up_seconds=0.0)

    def _answer(self, asked: Asked) -> Reply:
        self.asked.append(asked.path)
        return self._answers[asked.path]


def _to(location: str, status: HTTPStatus = HTTPStatus.SEE_OTHER) -> Reply:
    return Reply(status=status, location=location)


def test_every_login_that_counts_went_all_the_way() -> None:
    """Whoever began also ends; as many people were told of as had logged in."""
    broker = _Broker({})
    rate = broker.rate()
    assert rate > 0
    assert broker.asked.count("/oauth2/userinfo") == broker.asked.count("/oauth2/authorize") >= rate * 0.2


@pytest.mark.parametrize(
    ("path", "wrong", "told"),
    [
        ("/oauth2/authorize", Reply(), "authorize"),
        ("/cz/login/x", Reply(status=HTTPStatus.SERVICE_UNAVAILABLE), "choose"),
        ("/cz/login/x", Reply(b"nothing to press"), "no button"),
        ("/cz/login/x/digid", _to("http://elsewhere.example/"), "sent elsewhere"),
        ("/idp", Reply(status=HTTPStatus.BAD_REQUEST), "digid"),
        ("/acs", _to(f"{_CALLBACK}?error=access_denied"), "no code"),
        ("/acs", _to("/cz/login/x?code=abc"), "no code"),
        ("/oauth2/token", Reply(status=HTTPStatus.BAD_REQUEST), "token"),
        ("/oauth2/token", Reply(b'{"access_token": "a"}'), "no ID token"),
        ("/oauth2/userinfo", Reply(status=HTTPStatus.UNAUTHORIZED), "userinfo"),
        ("/oauth2/userinfo", Reply(b"{}"), "nobody"),
    ],
)
def test_wrong_step_is_told(path: str, wrong: Reply, told: str) -> None:
    """Each of the seven requests is judged."""
    with pytest.raises(LoginFailed, match=told):
        _Broker({path: wrong}).rate()


def test_server_that_hangs_up_in_the_middle_is_told() -> None:
    """It is no login that merely takes long."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def hang_up() -> None:
        while True:
            listener.accept()[0].close()

    threading.Thread(target=hang_up, daemon=True).start()
    portal = Portal("mijn-cz", _CALLBACK, generate_private_key(SECP256R1()), "header")
    with pytest.raises((NotHttp, ConnectionError)):
        logins_per_second(Sites(url, url, url, portal), browsers=1, seconds=0.2)
