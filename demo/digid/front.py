"""The front: where browsers arrive with a request, and everything else that is not a login page."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from demo.digid import pages
from demo.digid.addresses import METADATA_PATH, SSO_PATH, Addresses
from demo.digid.faults.kinds import Fault
from demo.digid.flow import LoginFlow
from demo.digid.login_pages import COOKIE, LoginPages, message_page
from demo.digid.logins import Logins
from demo.digid.metadata import idp_metadata
from demo.digid.phone import phone_api
from demo.digid.registry import Registry
from demo.digid.requests import Received, RequestReader
from demo.idp.forms import MAX_MESSAGE_BYTES
from demo.idp.headers import protect
from demo.idp.looks import shared_looks
from demo.idp.signing import Signer
from demo.idp.steering import fault_pages
from demo.idp.switch import FaultSwitch
from demo.idp.wire import Untrusted

NOT_FOUND = 404
_log = logging.getLogger("demo.digid")


@dataclass(frozen=True, slots=True)
class Front:
    """What the front needs."""

    addresses: Addresses
    signer: Signer
    registry: Registry
    reader: RequestReader
    flow: LoginFlow
    logins: Logins
    faults: FaultSwitch[Fault]

    def start(self, received: Received, browser: str) -> str:
        """Where to send the browser that brought this request."""
        if received.request.fault:
            _log.info("RequestDenied: %s", received.request.fault)
            return self.flow.deny(received)
        login = self.logins.start(received, browser, self.faults.take())
        return url_for("login.get", login_id=login.id)


def front_app(front: Front) -> Flask:
    """The web application of the front."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 2 * MAX_MESSAGE_BYTES
    app.jinja_env.globals["outbox"] = front.addresses.outbox
    app.register_blueprint(LoginPages(front.flow, front.logins).blueprint())
    app.register_blueprint(phone_api(front.flow))
    app.register_blueprint(fault_pages(front.faults))
    app.register_blueprint(shared_looks())
    _add_entrance(app, front)
    _add_rim(app)
    return app


def _add_entrance(app: Flask, front: Front) -> None:
    @app.get("/")
    def home() -> str:
        return render_template("home.html", addresses=front.addresses, registrations=front.registry.current())

    @app.get(METADATA_PATH)
    def metadata() -> Response:
        return Response(idp_metadata(front.addresses, front.signer), mimetype="application/samlmetadata+xml")

    @app.route(SSO_PATH, methods=["GET", "POST"])
    def request_authentication() -> BaseResponse:
        if request.method == "POST":
            received = front.reader.from_form(
                request.form.get("SAMLRequest", ""), request.form.get("RelayState")
            )
        else:
            received = front.reader.from_query(request.query_string)
        browser = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        response = redirect(front.start(received, browser), 302)
        response.set_cookie(COOKIE, browser, httponly=True, samesite="Lax")
        return response


def _add_rim(app: Flask) -> None:
    @app.errorhandler(Untrusted)
    def untrusted(problem: Untrusted) -> Response:
        _log.info("request refused: %s", problem)
        return message_page(pages.UNTRUSTED, NOT_FOUND, why=str(problem))

    @app.errorhandler(HTTPException)
    def failed(problem: HTTPException) -> Response:
        missing = problem.code == NOT_FOUND
        return message_page(pages.NOT_FOUND if missing else pages.BROKEN, problem.code or 500)

    app.after_request(protect)
