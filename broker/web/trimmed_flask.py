"""Flask without what none of our answers needs.

Flask asks at every request what is the same at every request of ours: how views are called, which host the
address map is for, which headers make up a cookie. That was a fifth of the calls of a login.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from flask import Flask, Request, Response, g, request
from flask.templating import Environment
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import MapAdapter
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.local import LocalProxy

LARGEST_BODY_BYTES: Final = 64 * 1024
MOST_FORM_PARTS: Final = 1000

HeaderLines = tuple[tuple[str, str], ...]

# Werkzeug writes an address of these characters as it is, so it need not take it apart.
_PLAIN_ADDRESS: Final = re.compile(r"[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*", re.ASCII)
_WITHOUT_BODY: Final = frozenset(
    {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED, *range(100, HTTPStatus.OK)}  # RFC 9110 6.4.1
)


request_at_hand: Final[Callable[[], Request]] = cast("LocalProxy[Request]", request)._get_current_object  # noqa: SLF001 - the name that werkzeug documents
"""The request itself: Flask's proxy finds it anew for each thing that it is asked, in three calls."""

_kept_at_hand: Final[Callable[[], object]] = cast("LocalProxy[object]", g)._get_current_object  # noqa: SLF001 - as above


def kept_at_hand() -> dict[str, Any]:
    """What hooks and views have put into Flask's `g` for the request at hand."""
    return vars(_kept_at_hand())


class TrimmedRequest(Request):
    """A request whose cookies are read from the one place where a WSGI server puts them (PEP 3333).

    What may be sent is the same for every view; Flask would ask the configuration each time.
    """

    max_content_length = LARGEST_BODY_BYTES
    max_form_memory_size = LARGEST_BODY_BYTES
    max_form_parts = MOST_FORM_PARTS

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Every cookie; werkzeug would walk through all headers to find the one line.

        And it would fail on bytes outside UTF-8, whoever's cookie they are in: that would lock people out.
        """
        sent: str = self.environ.get("HTTP_COOKIE", "")
        return ImmutableMultiDict(parse_cookie(sent.encode("latin-1", "replace").decode("utf-8", "replace")))


class TrimmedResponse(Response):
    """An answer that is sent as one piece, with headers that stand ready.

    `fixed` replaces whatever the answer says under those names; `default` is left out where it says something
    itself. Names are compared without regard to case (RFC 9110 5.1).
    """

    # As Flask's configuration has it, which it would look up for each cookie.
    max_cookie_size = 4093
    fixed: HeaderLines = ()
    default: HeaderLines = ()

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Body, status and headers (PEP 3333); what is no plain answer goes the long way."""
        headers = list(self.headers)
        said = {name.lower(): value for name, value in headers}
        if self._is_plain(environ, said):
            body = [b"".join(self.iter_encoded())]
            if "content-length" not in said:
                headers.append(("Content-Length", str(len(body[0]))))
            # Nothing is read from it any more; whoever waits for that is told now.
            self.close()
            return body, self.status, self._completed(headers, said)
        long_body, status, headers = super().get_wsgi_response(environ)
        return long_body, status, self._completed(headers, {name.lower(): value for name, value in headers})

    def _is_plain(self, environ: WSGIEnvironment, said: Mapping[str, str]) -> bool:
        return (
            self.is_sequence
            and not self.direct_passthrough
            and environ["REQUEST_METHOD"] != "HEAD"
            and self.status_code not in _WITHOUT_BODY
            and "content-location" not in said
            and _PLAIN_ADDRESS.fullmatch(said.get("location", "")) is not None
        )

    def _completed(self, headers: list[tuple[str, str]], said: Mapping[str, str]) -> list[tuple[str, str]]:
        ours = _lower_names(self.fixed)
        kept = headers if ours.isdisjoint(said) else [line for line in headers if line[0].lower() not in ours]
        return [*kept, *self.fixed, *[line for line in self.default if line[0].lower() not in said]]


@lru_cache(maxsize=256)
def _lower_names(lines: HeaderLines) -> frozenset[str]:
    return frozenset(name.lower() for name, _ in lines)


class _Templates(Environment):
    """Templates that all have the same globals, as one dictionary."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Copied once for each template: a page imports macros, and each import compares the globals.

        What is put into the globals after a template was loaded does not reach it.
        """
        return {**self.globals, **(d or {})}


class TrimmedFlask(Flask):
    """Flask for one host, of which we know that nothing of ours is asynchronous."""

    request_class = TrimmedRequest
    response_class = TrimmedResponse
    jinja_environment = _Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask looks into every view and hook again at every request, 44 times a login."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """The routes, for this request's path; the rim judges the host, before any view or redirect.

        Flask looks for subdomains and other hosts first, of which our map has none.
        """
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            request.host,
            environ.get("SCRIPT_NAME") or "/",
            self.url_map.default_subdomain,
            # Not the scheme of this hop: a proxy of ours may have ended TLS before it.
            self.config["PREFERRED_URL_SCHEME"],
            request.path,
            request.method,
            request.query_string.decode(errors="replace"),
        )
