"""What the pages of the simulators share: one style sheet, which each of them serves."""

from __future__ import annotations

from flask import Blueprint


def shared_looks() -> Blueprint:
    """``/gedeeld/simulator.css``; a simulator's own style sheet comes after it, with the colours."""
    return Blueprint("shared", __name__, static_folder="static", static_url_path="/gedeeld")
