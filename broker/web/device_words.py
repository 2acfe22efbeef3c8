"""What a browser calls itself, in words that its owner knows."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext

# The first that is found names it: nearly every browser also claims to be those below it.
_BROWSERS: Final = (
    (re.compile(r"\bEdgA?(?:iOS)?/"), "Edge"),
    (re.compile(r"\bOPR/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome|Chromium)/"), "Chrome"),
    (re.compile(r"\bVersion/[0-9.]+ .*\bSafari/"), "Safari"),
)
_SYSTEMS: Final = (
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bMac OS X\b|\bMacintosh\b"), "Mac"),
    (re.compile(r"\bLinux\b|\bX11\b"), "Linux"),
)


def device_words(user_agent: str) -> str:
    """``Firefox op Windows``; what is not known is left out."""
    browser = next((name for sign, name in _BROWSERS if sign.search(user_agent)), None)
    system = next((name for sign, name in _SYSTEMS if sign.search(user_agent)), None)
    if browser and system:
        return str(gettext("%(browser)s op %(system)s", browser=browser, system=system))
    return browser or system or str(gettext("Onbekend apparaat"))
