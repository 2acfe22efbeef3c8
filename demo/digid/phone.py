"""What the simulated phone calls: the DigiD app's side of a login, as JSON, from this machine only."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, jsonify, request

from demo.digid.flow import LoginFlow, Refusal
from demo.digid.logins import Login

FORBIDDEN = 403
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


def only_this_machine() -> None:
    """Refuses callers from elsewhere with 403: these calls steer the simulator."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:
        abort(FORBIDDEN)


def json_body() -> dict[str, object]:
    """The body, which must be a JSON object sent as JSON; another site's form cannot send that."""
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400)


def text(body: dict[str, object], name: str) -> str:
    """The string of that name; anything else is as good as none."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _described(login: Login) -> dict[str, str]:
    return {
        "id": login.id,
        "service": login.request.service_name,
        "started_at": login.started_at.isoformat(timespec="seconds"),
    }


def _answer(result: Login | Refusal, done: str) -> tuple[Response, int]:
    state, status = (done, 200) if isinstance(result, Login) else _ANSWERS.get(result, ("gone", GONE))
    return jsonify(state=state), status
