"""The page at the end of a session: what has been ended, and what the provider still keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from flask import render_template, url_for

from broker.sessions.session import Session
from broker.web import csrf
from broker.web.dead_end import WayOn
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages
from broker.web.portals import BrandView
from broker.web.ways_in import KEEP_LOGINS, WAYS_IN, WayKind


class Proof(Enum):
    """Whether this browser showed that the session which has ended was its own.

    An ID token ends a session, from wherever it comes; what names the login at its provider is for nobody
    but the browser of that session.
    """

    GIVEN = auto()
    OUTSTANDING = auto()
    """A portal's form brings no cookie along; the button of our own page does."""
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Upstream:
    """What there is to say of one login at its provider; with an `action` it can be ended there.

    `asks_anew` where the provider keeps no login of ours, so that there is nothing to end.
    """

    name: str
    brand: str
    asks_anew: bool
    action: str | None = None
    handle: str = field(default="", repr=False)
    csrf_token: str = field(default="", repr=False)


def upstream_of(
    pages: LoginPages, ended: Sequence[Session], proof: Proof = Proof.GIVEN
) -> tuple[Upstream, ...]:
    """What to say of the logins of these sessions, which are over; each is offered once to be ended there."""
    return tuple(found for session in ended if (found := _upstream(pages, session, proof)) is not None)


def logged_out_page(
    brand: BrandView | None, told: tuple[Upstream, ...], *, way_on: WayOn, anything_ended: bool
) -> str:
    """To be rendered after everything here has ended."""
    return render_template(
        "logout/done.html",
        brand=brand,
        frame=None,
        told=told,
        anything_ended=anything_ended,
        way_on=way_on,
    )


def _upstream(pages: LoginPages, session: Session, proof: Proof) -> Upstream | None:
    scheme = session.upstream.scheme if session.upstream is not None else session.assurance.scheme
    if WAYS_IN[scheme].kind is not WayKind.JOURNEY:
        return None
    view = pages.portals.brand(session.brand)
    name, brand = WAYS_IN[scheme].label, view.name if view else ""
    handle = None
    if proof is not Proof.MISSING:
        handle = pages.logouts.offer(session, to_be_proved=proof is Proof.OUTSTANDING)
    url = pages.logouts.url(session.brand, scheme)
    if handle is None or url is None:
        return Upstream(name, brand, asks_anew=scheme not in KEEP_LOGINS)
    # The button posts to us, and we send the browser on.
    allow_form_to(url)
    action = url_for("upstream_logout.begin", brand=session.brand, scheme=scheme.value)
    return Upstream(name, brand, False, action, handle, csrf.token_for(handle))
