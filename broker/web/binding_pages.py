"""Where somebody who came by eHerkenning and has no account here types the code that binds them to theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.accounts.binding.service import EherkenningBinding, NotBound
from broker.login.received import Judged
from broker.web import cookies, csrf
from broker.web.after_provider import end_running, to_collectivity
from broker.web.binding_visit import Visitor, acting_visitor, visitor_of
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages
from broker.web.parameters import once

_UNPROCESSABLE: Final = 422
_TOO_MANY: Final = 429
_LONGEST_CODE: Final = 64
_FAULTS: Final[dict[NotBound, tuple[LazyString, int]]] = {
    NotBound.MISTYPED: (
        lazy_gettext(
            "Er zit een typefout in de code. Kijk goed naar de code in de e-mail en probeer het opnieuw."
        ),
        _UNPROCESSABLE,
    ),
    NotBound.REFUSED: (
        lazy_gettext(
            "Deze code werkt niet. Misschien is hij al gebruikt of te oud. Vraag een nieuwe code aan."
        ),
        _UNPROCESSABLE,
    ),
    NotBound.TOO_MANY: (
        lazy_gettext(
            "U heeft te vaak een code geprobeerd. Probeer het morgen opnieuw of neem contact met ons op."
        ),
        _TOO_MANY,
    ),
}


@dataclass(frozen=True, slots=True)
class BindingPages:
    """What these pages need."""

    pages: LoginPages
    binding: EherkenningBinding


def binding_blueprint(parts: BindingPages) -> Blueprint:
    """``/<brand>/login/<attempt>/bind``: a look shows the form, its button uses the code up."""
    blueprint = Blueprint("binding", __name__)

    @blueprint.get("/<brand>/login/<attempt>/bind")
    def show(brand: str, attempt: str) -> ResponseReturnValue:
        return _form(visitor_of(parts.pages, brand, attempt))

    @blueprint.post("/<brand>/login/<attempt>/bind")
    def bind(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(parts.pages, brand, attempt)
        if not visitor.is_bound:
            code = once(request.form, "code", longest=_LONGEST_CODE)
            refused = parts.binding.bind(brand, visitor.portal.client_id, visitor.identity, code)
            if refused is not None:
                sentence, status = _FAULTS[refused]
                return _form(visitor, str(sentence)), status
            # The pipeline judges anew, with the account that there is now.
            visitor = visitor_of(parts.pages, brand, attempt)
        return _go_in(parts.pages, visitor)

    return blueprint


def offer_binding(pages: LoginPages, received: Judged) -> ResponseReturnValue:
    """To the page. Whoever was logged in before is somebody else, and is not left logged in."""
    transaction = received.transaction
    where = url_for("binding.show", brand=transaction.brand, attempt=transaction.id)
    response = make_response(redirect(where, 303))
    if end_running(pages, transaction.brand):
        cookies.forget_session(response, transaction.brand)
    return response


def _go_in(pages: LoginPages, visitor: Visitor) -> ResponseReturnValue:
    if not visitor.is_bound:
        return _form(visitor, str(_FAULTS[NotBound.REFUSED][0])), _UNPROCESSABLE
    if visitor.granted is None:
        return to_collectivity(visitor.transaction)
    return pages.answers.granted(
        visitor.transaction, visitor.granted, visitor.judged.evidence, visitor.portal
    )


def _form(visitor: Visitor, fault: str | None = None) -> str:
    allow_form_to(*visitor.portal.redirect_uris)
    return render_template(
        "binding/code.html",
        brand=visitor.portal.brand,
        portal=visitor.portal,
        represents=visitor.represents,
        action=visitor.url("binding.bind"),
        csrf_token=csrf.token_for(visitor.secret),
        request_account=visitor.url("account_request.show"),
        fault=fault,
    )
