"""What one login asks of the stores, counted: a round trip costs more than the rest of what a step does.

The numbers are a promise (docs/adr/0018): whoever adds a question to a login says here that it is worth it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.system import System

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.flow

_QUESTIONS = {
    "RedisConnection._send": "redis",
    "KeptConnections.take": "transactions",
    "Driver.run": "statements",
    # What SQLAlchemy itself carries costs many times as much.
    "Database.reading": "by SQLAlchemy",
    "Database.writing": "by SQLAlchemy",
}
# Once in a second or more, whoever comes by: no part of this login or that.
_LOOKS = {"BreakerMemory.trouble", "OutageBoard._outages", "SigningKeys._current"}
_STEPS = {
    "GET authorize": {"redis": 2, "transactions": 1, "statements": 1},
    "GET login": {"redis": 1},
    "POST digid": {"redis": 3, "transactions": 1, "statements": 1},
    "GET acs": {"redis": 6, "transactions": 4, "statements": 6},
    "POST token": {"redis": 4, "transactions": 2, "statements": 2},
    "GET userinfo": {"redis": 2, "transactions": 2, "statements": 2},
}


def _is_a_look(frame: FrameType) -> bool:
    caller = frame.f_back
    while caller is not None and caller.f_code.co_qualname not in _LOOKS:
        caller = caller.f_back
    return caller is not None


def _counting(application: WSGIApplication, told: dict[str, Counter[str]]) -> WSGIApplication:
    """The same application; what each step asked of the stores goes into `told`."""

    def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        last = environ["PATH_INFO"].rpartition("/")[2]
        step = f"{environ['REQUEST_METHOD']} {last if last in ' '.join(_STEPS) else 'login'}"
        asked = told.setdefault(step, Counter())

        def profile(frame: FrameType, event: str, _argument: Any) -> None:
            if event == "call" and (kind := _QUESTIONS.get(frame.f_code.co_qualname)):
                asked[kind] += not _is_a_look(frame)

        sys.setprofile(profile)
        try:
            return application(environ, start_response)
        finally:
            sys.setprofile(None)

    return counted


def test_login_asks_the_stores_no_more_than_it_must(own_system: System) -> None:
    """From the portal's request to userinfo, for somebody who has logged in before."""
    system = own_system
    system.enter(system.browser())
    told: dict[str, Counter[str]] = {}
    system.broker = _counting(system.broker, told)
    tokens = system.enter(system.browser())
    assert system.portal().userinfo(tokens.access_token).status_code == 200
    assert {step: dict(+asked) for step, asked in told.items()} == _STEPS
