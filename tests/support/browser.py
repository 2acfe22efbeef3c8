"""A browser small enough to read: cookies per host, forms, redirects between the sites it knows.

It keeps what matters to the flows of a real one: which site a request comes from, that SameSite=Lax
cookies stay home on a cross-site POST while the answer may still set some, and that a form is sent as the
page wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from werkzeug.test import Client, TestResponse

from tests.support.cookie_jar import CookieJar

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_MOST_REDIRECTS = 10


@dataclass(frozen=True)
class Page:
    """Where the browser is: the address, the status, the text, the headers as sent.

    `fields` is what was posted to a site outside this test, where the trip ends.
    """

    url: str
    status: int = 0
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def soup(self) -> BeautifulSoup:
        """The page as a tree."""
        return BeautifulSoup(self.html, "lxml")

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.soup.get_text(" ", strip=True)

    @property
    def heading(self) -> str:
        """The first heading."""
        found = self.soup.find("h1")
        return found.get_text(" ", strip=True) if found else ""

    @property
    def language(self) -> str:
        """The language that the page says it is in."""
        return str(self.soup.html["lang"]) if self.soup.html else ""

    @property
    def support_code(self) -> str | None:
        """The code that an error page asks people to pass on."""
        found = self.soup.select_one(".support-code strong")
        return found.get_text(strip=True) if found else None

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)

    def form(self, button: str) -> Tag:
        """The form whose button shows `button`."""
        for form in self.soup.find_all("form"):
            if any(button in found.get_text(" ", strip=True) for found in form.find_all("button")):
                return form
        raise AssertionError(f"no form with the button {button!r} on {self.url}:\n{self.text}")


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    site: str
    fields: dict[str, str] | None = None
    origin: str | None = None
    accept: str = "text/html"


@dataclass
class Browser:
    """One person's browser. `sites` says which application answers for which origin; others end the trip."""

    sites: dict[str, WSGIApplication]
    cookies_on: bool = True
    language: str = "nl"
    page: Page = field(default_factory=lambda: Page("about:blank"))
    history: list[Page] = field(default_factory=list)
    _jar: CookieJar = field(default_factory=CookieJar)

    def open(self, url: str) -> Page:
        """Type an address, or reload the page."""
        return self._go(_Request("GET", url, "none"))

    def follow_link_from_elsewhere(self, url: str) -> Page:
        """Follow a link on somebody else's site."""
        return self._go(_Request("GET", url, "cross-site"))

    def post_from_elsewhere(
        self, url: str, fields: dict[str, str], *, origin: str = "https://elsewhere.example"
    ) -> Page:
        """A form on somebody else's site."""
        return self._go(_Request("POST", url, "cross-site", fields, origin))

    def post_here(self, url: str, fields: dict[str, str], *, accept: str = "text/html") -> Page:
        """A form on our own page, with whatever fields a test wants in it; a script names `accept`."""
        return self._go(_Request("POST", url, "same-origin", fields, _origin(url), accept))

    def follow(self, label: str) -> Page:
        """Follow the link that shows `label`."""
        for link in self.page.soup.find_all("a"):
            if label in link.get_text(" ", strip=True):
                target = urljoin(self.page.url, str(link["href"]))
                return self._go(_Request("GET", target, self._site_of(target)))
        raise AssertionError(f"no link {label!r} on {self.page.url}:\n{self.page.text}")

    def press(self, button: str, **typed: str) -> Page:
        """Fill in the fields of the form with that button and press it."""
        form = self.page.form(button)
        target = urljoin(self.page.url, str(form.get("action") or self.page.url))
        method = str(form.get("method", "get")).upper()
        fields = filled(form, button) | typed
        return self._go(_Request(method, target, self._site_of(target), fields, _origin(self.page.url)))

    def cookies(self, url: str) -> dict[str, str]:
        """The cookies that this browser keeps for a site."""
        return self._jar.of(_host(url))

    def cookie_header(self, url: str) -> str:
        """What this browser sends to a site as `Cookie`."""
        return self._jar.header(_host(url))

    def plant(self, url: str, name: str, value: str) -> None:
        """Put a cookie in for a site."""
        self._jar.plant(_host(url), name, value)

    def _site_of(self, target: str) -> str:
        return "same-origin" if _origin(target) == _origin(self.page.url) else "cross-site"

    def _go(self, request: _Request) -> Page:
        for _ in range(_MOST_REDIRECTS):
            app = self.sites.get(_origin(request.url))
            if app is None:
                return self._arrive(Page(request.url, fields=dict(request.fields or {})))
            response = self._send(app, request)
            page = Page(
                request.url, response.status_code, response.get_data(as_text=True), tuple(response.headers)
            )
            location = response.headers.get("Location")
            if location is None or not 300 <= response.status_code < 400:
                return self._arrive(page)
            self.history.append(page)
            target = urljoin(request.url, location)
            # Once a chain of redirects has crossed between sites, all of it counts as cross-site.
            site = request.site if _origin(target) == _origin(request.url) else "cross-site"
            request = _Request("GET", target, site)
        raise AssertionError(f"more than {_MOST_REDIRECTS} redirects, the last to {request.url}")

    def _arrive(self, page: Page) -> Page:
        self.history.append(page)
        self.page = page
        return page

    def _send(self, app: WSGIApplication, request: _Request) -> TestResponse:
        parts = urlsplit(request.url)
        headers = {"Sec-Fetch-Site": request.site, "Accept-Language": self.language, "Accept": request.accept}
        if request.method == "POST" and request.origin is not None:
            headers["Origin"] = request.origin
        lax = request.method == "POST" and request.site == "cross-site"
        if self.cookies_on and not lax and (cookie := self._jar.header(_host(request.url))):
            headers["Cookie"] = cookie
        response = Client(app, use_cookies=False).open(
            path=parts.path or "/",
            base_url=_origin(request.url),
            query_string=parts.query,
            method=request.method,
            data=request.fields,
            headers=headers,
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        for set_cookie in response.headers.getlist("Set-Cookie"):
            self._jar.take(_host(request.url), set_cookie)
        return response


def filled(form: Tag, button: str) -> dict[str, str]:
    """The fields that a form sends when `button` is pressed and nothing was typed."""
    fields = {
        str(found["name"]): str(found.get("value", ""))
        for found in form.find_all("input")
        if found.get("name") and found.get("type") not in {"checkbox", "radio", "submit"}
    }
    for pressed in form.find_all("button"):
        if button in pressed.get_text(" ", strip=True) and pressed.get("name"):
            fields[str(pressed["name"])] = str(pressed.get("value", ""))
    return fields


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
