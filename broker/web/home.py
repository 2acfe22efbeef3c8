"""What stands at the root: somebody came without a portal."""

from __future__ import annotations

from flask import Blueprint, render_template

from broker.web.portals import Portals


def home_blueprint(portals: Portals) -> Blueprint:
    """``/``: names the portals that log in here."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def home() -> str:
        return render_template("home.html", portals=portals.all(), brand=None)

    return blueprint
