"""The headers of every page: nothing is kept, framed, or run that is not ours."""

from __future__ import annotations

from flask import Response, request

# There is no form-action: browsers apply it to every redirect after a form, and after the last form of a
# login those lead to the service provider and on to its portals, which the simulator cannot know.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def protect(response: Response) -> Response:
    """Adds them; for `after_request`."""
    response.headers.update(_HEADERS)
    if request.endpoint not in {"static", "shared.static"}:
        response.headers["Cache-Control"] = "no-cache, no-store"
        response.headers["Pragma"] = "no-cache"
    return response
