"""What stands at the root, and at the root of a brand: somebody came without a portal."""

from __future__ import annotations

from flask import Blueprint, render_template

from broker.web.newcomers import for_newcomers
from broker.web.portals import Portals


def home_blueprint(portals: Portals) -> Blueprint:
    """``/`` names the portals that log in here, ``/<brand>/`` those of one brand."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def home() -> str:
        return render_template("home.html", portals=portals.all(), brand=None, entrance=None, lists=())

    def of_brand(brand: str) -> str:
        there = portals.of_brand(brand)
        return render_template(
            "home.html",
            portals=there,
            brand=portals.brand(brand),
            entrance=portals.entrance(brand),
            lists=for_newcomers(there),
        )

    # By name: a variable would answer for every first part of an address, whoever's it is.
    for brand in portals.brands():
        blueprint.add_url_rule(f"/{brand}/", "of_brand", of_brand, defaults={"brand": brand})
    return blueprint
