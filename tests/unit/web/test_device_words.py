"""What a browser calls itself, as its owner would."""

from __future__ import annotations

import pytest

from broker.web.device_words import device_words
from scripts.gallery import make_app

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{_WINDOWS} {_CHROME} Safari/537.36", "Chrome op Windows"),
        (f"{_WINDOWS} {_CHROME} Safari/537.36 Edg/131.0.0.0", "Edge op Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox op Linux"),
        (f"{_MAC} Version/17.4 Safari/605.1.15", "Safari op Mac"),
        (f"{_PHONE} Version/17.4 Mobile/15E148 Safari/604.1", "Safari op iPhone"),
        (f"{_PHONE} CriOS/131.0 Mobile/15E148 Safari/604.1", "Chrome op iPhone"),
        (f"Mozilla/5.0 (Linux; Android 14) {_CHROME} Mobile Safari/537.36", "Chrome op Android"),
        ("Something/1.0 (Windows NT 10.0)", "Windows"),
        ("curl/8.0", "Onbekend apparaat"),
        ("<script>", "Onbekend apparaat"),
        ("", "Onbekend apparaat"),
    ],
)
def test_browser_and_system_are_named(user_agent: str, words: str) -> None:
    """Nothing that the browser sent is repeated."""
    with make_app().test_request_context("/"):
        assert device_words(user_agent) == words
