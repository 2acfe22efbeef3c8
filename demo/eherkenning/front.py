"""The front: where browsers arrive with a request, and everything else that is not a login page."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from demo.clock import Clock
from demo.eherkenning import pages
from demo.eherkenning.addresses import LOGOUT_PATH, METADATA_PATH, SSO_PATH, Addresses
from demo.eherkenning.faults.kinds import Fault, InLogout
from demo.eherkenning.flow import Keeping, LoginFlow
from demo.eherkenning.login_pages import COOKIE, LoginPages, leave, message_page
from demo.eherkenning.logins import Finished
from demo.eherkenning.logout import named_sessions
from demo.eherkenning.logout_answers import LogoutAnswer, carried
from demo.eherkenning.metadata import hm_metadata
from demo.eherkenning.reading import Message, MessageReader
from demo.eherkenning.registry import Registry
from demo.eherkenning.requests import Unsupported, judged
from demo.idp.forms import MAX_MESSAGE_BYTES
from demo.idp.headers import protect
from demo.idp.looks import shared_looks
from demo.idp.signing import Signer
from demo.idp.steering import fault_pages
from demo.idp.switch import FaultSwitch
from demo.idp.wire import Untrusted

BAD_REQUEST = 400
NOT_FOUND = 404
_log = logging.getLogger("demo.eherkenning")


@dataclass(frozen=True, slots=True)
class Doors:
    """Who reads what comes in."""

    requests: MessageReader
    logouts: MessageReader


@dataclass(frozen=True, slots=True)
class Front:
    """What the front needs."""

    addresses: Addresses
    signer: Signer
    registry: Registry
    doors: Doors
    flow: LoginFlow
    keeping: Keeping
    faults: FaultSwitch[Fault]
    clock: Clock

    def start(self, message: Message, browser: str) -> str:
        """Where to send the browser that brought this request."""
        asked = judged(message)
        if isinstance(asked, Unsupported):
            _log.info("RequestUnsupported: %s", asked.rule)
            fault = None
        else:
            fault = self.faults.take(lambda one: not isinstance(one.where, InLogout))
        login = self.keeping.logins.start(asked, browser, self.clock(), fault)
        return url_for("login.get", login_id=login.id)

    def logout_answer(self, message: Message) -> Finished | None:
        """What the browser brings back from a logout, where the makelaar answers at all."""
        fault = self.faults.take(lambda one: isinstance(one.where, InLogout))
        if fault is None or not isinstance(fault.where, InLogout):
            return None
        right = LogoutAnswer.to(message, self.signer, self.clock())
        return Finished(*carried(fault.where.change(right)))


def front_app(front: Front) -> Flask:
    """The web application of the front."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 2 * MAX_MESSAGE_BYTES
    app.jinja_env.globals["outbox"] = front.addresses.outbox
    app.register_blueprint(LoginPages(front.flow, front.keeping.logins).blueprint())
    app.register_blueprint(fault_pages(front.faults))
    app.register_blueprint(shared_looks())
    _add_entrance(app, front)
    _add_exit(app, front)
    _add_rim(app)
    return app


def _add_entrance(app: Flask, front: Front) -> None:
    @app.get("/")
    def home() -> str:
        return render_template("home.html", addresses=front.addresses, registrations=front.registry.current())

    @app.get(METADATA_PATH)
    def metadata() -> Response:
        return Response(hm_metadata(front.addresses, front.signer), mimetype="application/samlmetadata+xml")

    @app.route(SSO_PATH, methods=["GET", "POST"])
    def sso() -> BaseResponse:
        message = _message(front.doors.requests)
        browser = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        response = redirect(front.start(message, browser), 303)
        response.set_cookie(COOKIE, browser, httponly=True, samesite="Lax")
        return response


def _add_exit(app: Flask, front: Front) -> None:
    @app.route(LOGOUT_PATH, methods=["GET", "POST"])
    def slo() -> BaseResponse:
        try:
            message = _message(front.doors.logouts)
            named = named_sessions(message, front.clock)
            answer = front.logout_answer(message)
        except Untrusted as problem:
            _log.info("logout refused: %s", problem)
            return message_page(pages.LOGOUT_UNTRUSTED, BAD_REQUEST, why=str(problem))
        ended = front.keeping.sessions.end(request.cookies.get(COOKIE, ""), named)
        if answer is not None:
            return leave(answer)
        body = render_template("logged_out.html", ended=ended, provider=message.provider)
        return make_response(body)


def _message(reader: MessageReader) -> Message:
    if request.method == "POST":
        return reader.from_form(request.form.get("SAMLRequest", ""), request.form.get("RelayState"))
    return reader.from_query(request.query_string)


def _add_rim(app: Flask) -> None:
    @app.errorhandler(Untrusted)
    def untrusted(problem: Untrusted) -> Response:
        _log.info("request refused: %s", problem)
        return message_page(pages.UNTRUSTED, BAD_REQUEST, why=str(problem))

    @app.errorhandler(HTTPException)
    def failed(problem: HTTPException) -> Response:
        missing = problem.code == NOT_FOUND
        return message_page(pages.NOT_FOUND if missing else pages.BROKEN, problem.code or 500)

    app.after_request(protect)
