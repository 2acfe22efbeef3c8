"""Who works for several collectivities chooses one on the way in: a list, page by page, to search in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broker.collectivities.rights import BadCursor, Rights
from broker.domain.accounts import AccountId
from broker.domain.rights import Holder, RelationPage
from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, OfferEnrolment, Refuse
from broker.login.received import Judged
from broker.login.transaction import LoginTransaction
from broker.web import csrf
from broker.web.after_provider import to_second_factor
from broker.web.attempt_addresses import COLLECTIVITY_PATH, cancel_address
from broker.web.dead_end import DeadEnd
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages, find_attempt
from broker.web.parameters import once, typed
from broker.web.portals import PortalView
from broker.web.refusals import refused_at

_A_PAGE: Final = 20
_MOST_TYPED: Final = 100
# A list that fits on one page is not searched.
_SEARCHED_FROM: Final = 11


@dataclass(frozen=True, slots=True)
class CollectivityPages:
    """What the page needs."""

    pages: LoginPages
    rights: Rights


@dataclass(frozen=True, slots=True)
class _Chooser:
    """A browser with its attempt, and who is to choose."""

    transaction: LoginTransaction
    portal: PortalView
    secret: str
    holder: Holder


def collectivity_blueprint(choosing: CollectivityPages) -> Blueprint:
    """``/<brand>/login/<attempt>/collectivity``: looking and searching by GET, choosing by POST."""
    blueprint = Blueprint("collectivity", __name__)

    @blueprint.get(COLLECTIVITY_PATH)
    def choose(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(choosing.pages, brand, attempt)
        judged = choosing.pages.login.resume(transaction)
        if judged is None:
            raise DeadEnd("transaction-unknown", 400, portal=portal)
        if isinstance(judged.decision, Grant):
            # Nothing is left to choose; a login is ended by a button only.
            return _page(choosing, _chooser(choosing, judged, judged.decision.account.id, portal, secret))
        if isinstance(judged.decision, AskCollectivity):
            return _page(choosing, _chooser(choosing, judged, judged.decision.account_id, portal, secret))
        if isinstance(judged.decision, Refuse):
            # It is written down below; whoever looks again and again finds nothing to be refused any more.
            choosing.pages.login.transactions.finish(judged.transaction)
        return _where_it_stands(choosing, judged, portal)

    @blueprint.post(COLLECTIVITY_PATH)
    def chosen(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(choosing.pages, brand, attempt)
        choosing.pages.answers.require_own_page(transaction.brand, secret)
        with choosing.pages.answers.auditor.together():
            judged = choosing.pages.login.collectivity_chosen(transaction, typed("number"))
            if judged is None:
                raise DeadEnd("transaction-unknown", 400, portal=portal)
            return _where_it_stands(choosing, judged, portal)

    return blueprint


def _where_it_stands(choosing: CollectivityPages, judged: Judged, portal: PortalView) -> ResponseReturnValue:
    """On to the portal, or to what this login wants besides."""
    decision = judged.decision
    if isinstance(decision, Grant):
        return choosing.pages.answers.granted(judged.transaction, decision, judged.evidence, portal)
    if isinstance(decision, AskSecondFactor | OfferEnrolment):
        return to_second_factor(judged.transaction)
    if isinstance(decision, Refuse):
        choosing.pages.answers.note_refusal(portal, decision.reason)
        raise refused_at(choosing.pages.portals, portal, decision.reason)
    raise DeadEnd("evidence-too-old", 403, portal=portal)


def _chooser(
    choosing: CollectivityPages, judged: Judged, account_id: AccountId, portal: PortalView, secret: str
) -> _Chooser:
    transaction = judged.transaction
    opens = transaction.wish.relation.roles if transaction.wish.relation is not None else ()
    represents = judged.evidence.represents
    holder = choosing.rights.holder(account_id, transaction.brand, opens, represents)
    return _Chooser(transaction, portal, secret, holder)


def _page(choosing: CollectivityPages, chooser: _Chooser) -> ResponseReturnValue:
    sought = once(request.args, "q")[:_MOST_TYPED].strip()
    own, portal = chooser.transaction, chooser.portal
    found = _found(choosing, chooser, sought)
    if found is None:
        return redirect(url_for("collectivity.choose", brand=own.brand, attempt=own.id), 303)
    allow_form_to(*portal.redirect_uris)
    everything = found.total if not sought else choosing.rights.count(chooser.holder)
    return render_template(
        "login/collectivity.html",
        brand=portal.brand,
        portal=portal,
        relations=found.relations,
        role_names=portal.brand.role_names,
        total=found.total,
        typed=sought,
        with_search=everything >= _SEARCHED_FROM,
        here=url_for("collectivity.choose", brand=own.brand, attempt=own.id),
        more=found.after,
        csrf_token=csrf.token_for(chooser.secret),
        transaction_id=own.id,
        cancel_action=cancel_address(own.brand, own.id),
    )


def _found(choosing: CollectivityPages, chooser: _Chooser, sought: str) -> RelationPage | None:
    """What the page shows; None for an address that somebody tampered with."""
    cursor = once(request.args, "after") or None
    try:
        return choosing.rights.search(chooser.holder, sought, most=_A_PAGE, cursor=cursor)
    except BadCursor:
        return None
