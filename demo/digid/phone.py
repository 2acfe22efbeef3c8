"""What the simulated phone calls: the DigiD app's side of a login, as JSON, from this machine only."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from demo.digid.flow import LoginFlow, Refusal
from demo.digid.logins import Login
from demo.idp.callers import FORBIDDEN, json_body, only_this_machine, text

GONE = 410

_ANSWERS = {
    Refusal.WRONG: ("wrong-pin", FORBIDDEN),
    Refusal.BLOCKED: ("blocked", FORBIDDEN),
    Refusal.LACKS_LEVEL: ("level-too-low", FORBIDDEN),
}


def phone_api(flow: LoginFlow) -> Blueprint:
    """`pending`, `confirm` and `reject` under `/api/app`."""
    api = Blueprint("phone", __name__, url_prefix="/api/app")
    api.before_request(only_this_machine)

    @api.get("/pending")
    def pending() -> Response:
        waiting = [_described(login) for login in flow.waiting_for(request.args.get("person", ""))]
        return jsonify(pending=waiting)

    @api.post("/confirm")
    def confirm() -> tuple[Response, int]:
        body = json_body()
        return _answer(flow.confirm(text(body, "person"), text(body, "id"), text(body, "pin")), "confirmed")

    @api.post("/reject")
    def reject() -> tuple[Response, int]:
        body = json_body()
        return _answer(flow.reject(text(body, "person"), text(body, "id")), "rejected")

    return api


def _described(login: Login) -> dict[str, str]:
    return {
        "id": login.id,
        "service": login.request.service_name,
        "started_at": login.started_at.isoformat(timespec="seconds"),
    }


def _answer(result: Login | Refusal, done: str) -> tuple[Response, int]:
    state, status = (done, 200) if isinstance(result, Login) else _ANSWERS.get(result, ("gone", GONE))
    return jsonify(state=state), status
