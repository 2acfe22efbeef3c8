"""What every browser of a benchmark does alike."""

from __future__ import annotations

import re
from http import HTTPStatus

from bench.http_bytes import Answer

FORM_FIELD = re.compile(r'name="(csrf_token|transaction_id)" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class LoginFailed(Exception):
    """A step of a login did not go as it should; the message says which."""


def browser_headers(cookie: str, site: str = "same-origin") -> dict[str, str]:
    """What a browser sends with every request."""
    headers = {
        "Accept": "text/html,application/xhtml+xml",
        "Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8",
        "Sec-Fetch-Site": site,
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench",
    }
    return {**headers, "Cookie": cookie} if cookie else headers


def cookie_header(answer: Answer) -> str:
    """What the answer's cookies are sent back as."""
    return "; ".join(cookie.partition(";")[0] for cookie in answer.cookies)


def expect(answer: Answer, status: HTTPStatus, step: str) -> None:
    """Raises `LoginFailed` when a step was answered otherwise."""
    if answer.status != status:
        raise LoginFailed(f"{step}: status {answer.status} instead of {int(status)}")
