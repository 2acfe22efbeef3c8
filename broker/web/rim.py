"""The rim: where every request comes in and every error is turned into an answer, once.

This is the only module that may catch everything. Machine endpoints get JSON in the words of RFC 6749,
people get a page; nobody gets a stack trace, and the log gets one line for each request.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

import structlog
from flask import Flask, g, jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from broker.errors import BrokerError, Busy
from broker.oidc.discovery import Endpoints
from broker.web.attempt_addresses import choice_address
from broker.web.dead_end import NOT_FOUND, DeadEnd, TextList, WayOn, error_page
from broker.web.newcomers import for_newcomers
from broker.web.portals import BrandView, Portals, PortalView
from broker.web.request_line import install_request_line
from broker.web.support_code import give_support_code, support_code
from broker.web.trimmed_flask import request_at_hand

MACHINE_BLUEPRINTS = frozenset({"oidc_machine", "health", "metrics"})
_CALLED_BY_ADDRESS = frozenset({"health", "metrics"})
_MACHINE_PATHS = (
    Endpoints.TOKEN_PATH,
    Endpoints.USERINFO_PATH,
    Endpoints.REVOCATION_PATH,
    Endpoints.INTROSPECTION_PATH,
    Endpoints.JWKS_PATH,
    Endpoints.COLLECTIVITIES_PATH,
    "/.well-known/",
    "/health/",
)
_CODE_OF_STATUS = {405: "method-not-allowed", 413: "too-large"}

_log = structlog.get_logger("broker.request")


def install_rim(app: Flask, portals: Portals, allowed_host: str) -> None:
    """Register what happens before, after and instead of a view."""
    install_request_line(app, lambda: brand.id if (brand := _brand_of_path(portals)) else None)

    @app.before_request
    def begin() -> ResponseReturnValue | None:
        give_support_code()
        # Probes may call by address; everything else must call us by our one name.
        asked = request_at_hand()
        if asked.host != allowed_host and asked.blueprint not in _CALLED_BY_ADDRESS:
            return "This host name is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
        return None

    _install_error_handlers(app, portals)


def _install_error_handlers(app: Flask, portals: Portals) -> None:
    app.register_error_handler(DeadEnd, partial(_dead_end, portals))
    app.register_error_handler(NotFound, lambda _: _nothing_here(portals))

    @app.errorhandler(BrokerError)
    def broker_error(error: BrokerError) -> ResponseReturnValue:
        _log.warning("refused", error=error.code, detail=error.detail, support_code=support_code())
        brand = _brand_of_path(portals)
        back = _back_to_the_form(brand) if isinstance(error, Busy) else ()
        begin_at = () if back else _portals_of(portals, brand)
        response = make_response(
            _answer(error.code, error.status, brand=brand, begin_at=begin_at, ways_on=back)
        )
        if error.retry_after_seconds is not None:
            response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        if status < HTTPStatus.BAD_REQUEST:
            return error
        fallback = "request-invalid" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal"
        code = _CODE_OF_STATUS.get(status, fallback)
        response = make_response(_answer(code, status, brand=_brand_of_path(portals)))
        if isinstance(error, MethodNotAllowed):
            response.allow.update(error.valid_methods or ())
        return response

    @app.errorhandler(Exception)
    def bug(error: Exception) -> ResponseReturnValue:
        # The type and the place are enough to find it; the message may repeat what a person typed.
        kind = type(error).__name__
        _log.error("unexpected error", kind=kind, where=_place(error), support_code=support_code())
        return _answer("internal", HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(
    code: str,
    status: int,
    *,
    brand: BrandView | None = None,
    begin_at: tuple[PortalView, ...] = (),
    ways_on: tuple[WayOn, ...] = (),
    lists: tuple[TextList, ...] = (),
) -> ResponseReturnValue:
    g.error_code = code
    if _is_for_machines():
        return jsonify(error=_oauth_word(status)), status, {"Cache-Control": "no-store"}
    return error_page(code, brand=brand, portals=begin_at, ways_on=ways_on, lists=lists), status


def _dead_end(portals: Portals, error: DeadEnd) -> ResponseReturnValue:
    if error.code == NOT_FOUND and error.brand is None:
        return _nothing_here(portals)
    return _answer(
        error.code,
        error.status,
        brand=error.brand,
        begin_at=error.portals,
        ways_on=error.ways_on,
        lists=error.lists,
    )


def _nothing_here(portals: Portals) -> ResponseReturnValue:
    """The way to what there is of the brand in the address; of another address, to where all of them are."""
    brand = _brand_of_path(portals)
    there = _portals_of(portals, brand)
    home = () if brand else (WayOn(gettext("Naar de beginpagina"), url_for("home.home")),)
    lists = for_newcomers(there)
    return _answer(NOT_FOUND, HTTPStatus.NOT_FOUND, brand=brand, begin_at=there, ways_on=home, lists=lists)


def _is_for_machines() -> bool:
    """Whether a program called; when no route matched, its address tells."""
    return request.blueprint in MACHINE_BLUEPRINTS or request.path.startswith(_MACHINE_PATHS)


def _oauth_word(status: int) -> str:
    """The word of RFC 6749 5.2 and 4.1.2.1 that fits a status."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "temporarily_unavailable"
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request"


def _brand_of_path(portals: Portals) -> BrandView | None:
    """The brand that the address is of: what the route says, or how an address begins that has none."""
    asked = request_at_hand()
    if asked.endpoint is None:
        return portals.brand(asked.path[1:].partition("/")[0])
    named = (asked.view_args or {}).get("brand")
    return portals.brand(named) if isinstance(named, str) else None


def _back_to_the_form(brand: BrandView | None) -> tuple[WayOn, ...]:
    """Where somebody was who may try again at once: nothing of what they began is lost."""
    attempt = (request.view_args or {}).get("attempt")
    if brand is not None and isinstance(attempt, str):
        return (WayOn(gettext("Terug naar inloggen"), choice_address(brand.id, attempt)),)
    if request.blueprint == "account":
        # A form of that area stands at the address that it is sent to.
        return (WayOn(gettext("Terug naar de vorige pagina"), request.path),)
    return ()


def _portals_of(portals: Portals, brand: BrandView | None) -> tuple[PortalView, ...]:
    """Where one may begin again."""
    return portals.of_brand(brand.id) if brand else ()


def _place(error: Exception) -> str:
    """File and line of the innermost frame of ours, without the values in it."""
    place = "unknown"
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "broker" in code.co_filename:
            place = f"{code.co_filename.rpartition('broker/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
