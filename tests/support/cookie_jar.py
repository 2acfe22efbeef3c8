"""The cookies of one test browser, kept by the rules that a real one applies."""

from __future__ import annotations

from dataclasses import dataclass, field

DAY_ONE = "Thu, 01 Jan 1970"


@dataclass
class CookieJar:
    """Cookies by host; ports do not separate them (RFC 6265 8.5)."""

    _by_host: dict[str, dict[str, str]] = field(default_factory=dict)

    def header(self, host: str) -> str:
        """What goes into the `Cookie` header."""
        return "; ".join(f"{name}={value}" for name, value in self.of(host).items())

    def of(self, host: str) -> dict[str, str]:
        """Names and values, oldest first."""
        return dict(self._by_host.get(host, {}))

    def plant(self, host: str, name: str, value: str) -> None:
        """Put a cookie in, as malware or an older release could have done."""
        self._by_host.setdefault(host, {})[name] = value

    def take(self, host: str, set_cookie: str) -> None:
        """Obey a `Set-Cookie` header; a `__Host-` cookie without its conditions is dropped."""
        pair, *attributes = (part.strip() for part in set_cookie.split(";"))
        name, _, value = pair.partition("=")
        words = {word.partition("=")[0].lower(): word.partition("=")[2] for word in attributes}
        if name.startswith("__Host-") and (
            "secure" not in words or words.get("path") != "/" or "domain" in words
        ):
            return
        cookies = self._by_host.setdefault(host, {})
        cookies.pop(name, None)
        if words.get("max-age") != "0" and not words.get("expires", "").startswith(DAY_ONE):
            cookies[name] = value
