"""Logging out at the provider as well: the way there, and what may come back (SAML core 3.7).

Whatever arrives here ends no session: those here are over before anybody is sent away, and no scheme of ours
has a request to log out that is for us.
"""

from __future__ import annotations

from typing import Final

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from broker.domain.assurance import Scheme
from broker.domain.identity import Failed
from broker.providers.base import PostForm, RedirectTo
from broker.providers.logout import FormMessage, LogoutMessage, QueryMessage
from broker.web import cookies
from broker.web.dead_end import DeadEnd, WayOn, known_brand
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages
from broker.web.parameters import once
from broker.web.portals import BrandView
from broker.web.support_code import support_code
from broker.web.ways_in import JOURNEYS, WAYS_IN

_RELAY_STATE_CAP: Final = 80
_HANDLE_CAP: Final = 64

_log = structlog.get_logger("broker.providers")


def upstream_logout_blueprint(pages: LoginPages) -> Blueprint:
    """``/saml/<brand>/<scheme>/logout``, and the button that leads away."""
    blueprint = Blueprint("upstream_logout", __name__, url_prefix=f"/saml/<brand>/<any({JOURNEYS}):scheme>")

    @blueprint.post("/logout/begin")
    def begin(brand: str, scheme: str) -> ResponseReturnValue:
        return _send(pages, known_brand(pages.portals, brand, Scheme(scheme)), Scheme(scheme))

    @blueprint.get("/logout")
    def by_redirect(brand: str, scheme: str) -> ResponseReturnValue:
        answer = QueryMessage(request.query_string)
        return _take(
            pages, known_brand(pages.portals, brand, Scheme(scheme)), Scheme(scheme), request.args, answer
        )

    @blueprint.post("/logout")
    def by_post(brand: str, scheme: str) -> ResponseReturnValue:
        # Cross-site, so that no cookie of ours comes along; none is needed to tell what was said.
        answer = FormMessage(once(request.form, "SAMLResponse"))
        return _take(
            pages, known_brand(pages.portals, brand, Scheme(scheme)), Scheme(scheme), request.form, answer
        )

    return blueprint


def _send(pages: LoginPages, brand: BrandView, scheme: Scheme) -> ResponseReturnValue:
    """Away with a signed request; the page of the logout gave the handle, and its button works once."""
    handle = request.form.get("handle", "")[:_HANDLE_CAP]
    pages.answers.require_own_page(brand.id, handle)
    held = cookies.session_value(request, brand.id) or ""
    match pages.logouts.send(brand.id, scheme, handle, held):
        case None:
            raise DeadEnd("upstream-logout-over", 400, brand=brand)
        case RedirectTo(url):
            return redirect(url, 303)
        case PostForm(action, fields):
            allow_form_to(action)
            return render_template(
                "login/post_to_provider.html",
                brand=brand,
                action=action,
                fields=dict(fields),
                provider_name=WAYS_IN[scheme].label,
            )


def _take(
    pages: LoginPages, brand: BrandView, scheme: Scheme, sent: MultiDict[str, str], answer: LogoutMessage
) -> ResponseReturnValue:
    """Judge what the provider says became of the logout."""
    if "SAMLRequest" in sent:
        pages.logouts.asked(brand.id, scheme)
        raise DeadEnd("upstream-logout-refused", 400, brand=brand)
    relay_state = once(sent, "RelayState", longest=_RELAY_STATE_CAP)
    became = pages.logouts.answered(brand.id, scheme, relay_state, answer)
    if isinstance(became, Failed):
        _log.warning(
            "answer to logging out refused",
            scheme=scheme.value,
            brand=brand.id,
            reason=became.reason,
            detail=became.detail,
            support_code=support_code(),
        )
        raise DeadEnd("upstream-logout-refused", 400, brand=brand)
    return render_template(
        "logout/provider.html",
        brand=brand,
        provider_name=WAYS_IN[scheme].label,
        end=became.value,
        # Which of its portals this began at is not known any more.
        way_on=WayOn(
            gettext("Naar de websites van %(brand)s", brand=brand.name),
            url_for("home.of_brand", brand=brand.id),
        ),
    )
