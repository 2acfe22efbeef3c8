"""The page and the calls that switch on one fault for the next login."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from demo.idp.callers import json_body, only_this_machine
from demo.idp.switch import FaultSwitch, FaultT, UnknownFault


def fault_pages(switch: FaultSwitch[FaultT]) -> Blueprint:
    """`/faults` for people, by the application's own `faults.html`, and `/api/faults` for programs."""
    pages = Blueprint("faults", __name__)
    pages.before_request(only_this_machine)

    @pages.get("/faults")
    def page() -> str:
        return render_template("faults.html", faults=switch.faults, active=switch.active)

    @pages.post("/faults")
    def choose() -> Redirect:
        switch.switch_to(request.form.get("fault") or None)
        return redirect("/faults", 303)

    @pages.get("/api/faults")
    def faults() -> Response:
        described = [{"name": fault.name, "description": fault.description} for fault in switch.faults]
        return jsonify(faults=described, active=_active(switch))

    @pages.post("/api/faults")
    def set_fault() -> Response:
        name = json_body().get("fault")
        if name is not None and not isinstance(name, str):
            raise UnknownFault
        switch.switch_to(name)
        return jsonify(active=_active(switch))

    @pages.errorhandler(UnknownFault)
    def unknown(_problem: UnknownFault) -> tuple[Response, int]:
        return jsonify(error="unknown-fault"), 400

    return pages


def _active(switch: FaultSwitch[FaultT]) -> str | None:
    return switch.active.name if switch.active else None
