"""The DigiD simulator's side of the simulated phone, small enough to read at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, Response, jsonify, request


@dataclass
class AppSide:
    """The DigiD simulator's side of the app: what waits, and which PIN is right."""

    url: str = ""
    pending: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    pin: str = "24680"
    rejected: list[str] = field(default_factory=list)

    def routes(self) -> Flask:
        """The three calls the phone makes."""
        app = Flask("digid-app-side")

        @app.get("/api/app/pending")
        def pending() -> Response:
            return jsonify(pending=self.pending.get(request.args["person"], []))

        @app.post("/api/app/confirm")
        def confirm() -> tuple[Response, int]:
            body = request.get_json()
            if body["id"] not in [one["id"] for one in self.pending.get(body["person"], [])]:
                return jsonify(state="gone"), 410
            if body["pin"] != self.pin:
                return jsonify(state="wrong-pin"), 403
            self.pending[body["person"]] = []
            return jsonify(state="confirmed"), 200

        @app.post("/api/app/reject")
        def reject() -> Response:
            self.rejected.append(request.get_json()["id"])
            return jsonify(state="rejected")

        return app
