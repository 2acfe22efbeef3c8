"""The rim: where every request comes in and every error is turned into an answer, once.

This is the only module that may catch everything. Machine endpoints get JSON in the words of RFC 6749,
people get a page; nobody gets a stack trace, and the log gets one line for each request.
"""

from __future__ import annotations

import time
from http import HTTPStatus

import structlog
from flask import Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from broker.errors import BrokerError
from broker.web.dead_end import DeadEnd, error_page
from broker.web.portals import BrandView, Portals, PortalView
from broker.web.support_code import give_support_code, support_code

MACHINE_BLUEPRINTS = frozenset({"oidc_machine", "health"})
_CODE_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}

_log = structlog.get_logger("broker.request")


def install_rim(app: Flask, portals: Portals, allowed_host: str) -> None:
    """Register what happens before, after and instead of a view."""

    @app.before_request
    def begin() -> ResponseReturnValue | None:
        g.began = time.perf_counter()
        give_support_code()
        # Probes may call by address; everything else must call us by our one name (B3-29).
        if request.blueprint != "health" and request.host != allowed_host:
            return "This host name is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
        return None

    @app.after_request
    def tell(response: Response) -> Response:
        _log.info(
            "request",
            method=request.method,
            # The rule, not the path: a path may hold the name of an attempt, a query holds codes.
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
            support_code=support_code(),
            error=g.get("error_code"),
        )
        return response

    _install_error_handlers(app, portals)


def _install_error_handlers(app: Flask, portals: Portals) -> None:
    @app.errorhandler(DeadEnd)
    def dead_end(error: DeadEnd) -> ResponseReturnValue:
        return _answer(error.code, error.status, brand=error.brand, portal=error.portal)

    @app.errorhandler(BrokerError)
    def broker_error(error: BrokerError) -> ResponseReturnValue:
        _log.warning("refused", error=error.code, detail=error.detail, support_code=support_code())
        return _answer(error.code, error.status, brand=_brand_of_path(portals))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        if status < HTTPStatus.BAD_REQUEST:
            return error
        fallback = "request-invalid" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal"
        return _answer(_CODE_OF_STATUS.get(status, fallback), status, brand=_brand_of_path(portals))

    @app.errorhandler(Exception)
    def bug(error: Exception) -> ResponseReturnValue:
        # The type and the place are enough to find it; the message may repeat what a person typed.
        kind = type(error).__name__
        _log.error("unexpected error", kind=kind, where=_place(error), support_code=support_code())
        return _answer("internal", HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(
    code: str, status: int, *, brand: BrandView | None = None, portal: PortalView | None = None
) -> ResponseReturnValue:
    g.error_code = code
    if request.blueprint in MACHINE_BLUEPRINTS:
        return jsonify(error=_oauth_word(status)), status, {"Cache-Control": "no-store"}
    return error_page(code, brand=brand, portal=portal), status


def _oauth_word(status: int) -> str:
    """The word of RFC 6749 5.2 and 4.1.2.1 that fits a status."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "temporarily_unavailable"
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request"


def _brand_of_path(portals: Portals) -> BrandView | None:
    brand = (request.view_args or {}).get("brand")
    return portals.brand(brand) if isinstance(brand, str) else None


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
