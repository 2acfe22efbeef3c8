"""Who is in the account area: a browser with a running session of the brand, and nothing less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.accounts.address.changing import AddressChanges
from broker.accounts.passwords.hashing import PasswordHashing
from broker.domain.accounts import Account, AccountState, AccountType
from broker.domain.assurance import Scheme
from broker.domain.auditing import Together
from broker.mfa.enrolment import Enrolments
from broker.mfa.service import SecondFactors
from broker.mfa.upkeep import FactorUpkeep
from broker.providers.base import AnswersDirectly
from broker.sessions.session import Session
from broker.storage.account_events import AccountEvents
from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.eherkenning_bindings import EherkenningBindingRepository
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.storage.role_grants import RoleGrantRepository
from broker.web import cookies, csrf
from broker.web.account.frame import Frame, frame_of
from broker.web.account.mails import ChangeMails
from broker.web.account.memory import AccountMemory
from broker.web.dead_end import DeadEnd, WayOn, known_brand
from broker.web.enrolment_wizard import Wizard
from broker.web.headers import allow_own_calls
from broker.web.login_pages import LoginPages
from broker.web.portals import BrandView, Portals, PortalView
from broker.web.second_factor_state import PageStates

PATH: Final = "/<brand>/account"
_STATUS_OF_A_STRANGER: Final = 403


@dataclass(frozen=True, slots=True)
class PasswordParts:
    """What passwords are judged and changed with."""

    ways: Mapping[tuple[str, Scheme], AnswersDirectly]
    hashing: Callable[[], PasswordHashing]
    kept: PasswordRepository


@dataclass(frozen=True, slots=True)
class FactorParts:
    """What second factors are judged and changed with; `states` is what the pages remember of them."""

    service: SecondFactors
    enrolments: Enrolments
    upkeep: FactorUpkeep
    states: PageStates


@dataclass(frozen=True, slots=True)
class RecordParts:
    """What there is of somebody besides, and the means to take all of it out for good."""

    events: AccountEvents
    devices: KnownDevices
    members: CollectivityRepository
    roles: RoleGrantRepository
    bindings: EherkenningBindingRepository
    erase: Callable[[Account], bool]


@dataclass(frozen=True, slots=True)
class AccountArea:
    """What the pages of the account area need; `together` is one transaction for an act and its event."""

    pages: LoginPages
    accounts: AccountRepository
    passwords: PasswordParts
    factors: FactorParts
    addresses: AddressChanges
    wizard: Wizard
    records: RecordParts
    memory: AccountMemory
    mails: ChangeMails
    together: Together


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a running session: whose it is, and the cookie value that proves it."""

    session: Session
    cookie: str
    account: Account
    brand: BrandView
    portal: PortalView
    seen_at: datetime

    @property
    def has_password(self) -> bool:
        """Whether the account has a password and second factors of ours."""
        return self.account.type is not AccountType.CONSUMER

    @property
    def csrf_token(self) -> str:
        """What the forms of this browser carry."""
        return csrf.token_for(self.cookie)

    @property
    def frame(self) -> Frame:
        """What stands around every page."""
        return frame_of(self.account, self.session, self.portal, stay_token=self.csrf_token, now=self.seen_at)

    def url(self, page: str) -> str:
        """Where a page of this area is."""
        return url_for(f"account.{page}", brand=self.brand.id)


class Stranger(Exception):
    """Nobody with a running session of this brand; the page tells where to log in."""

    def __init__(self, brand: BrandView, portals: Portals) -> None:
        super().__init__(brand.id)
        self.brand = brand
        self.portals = portals.of_brand(brand.id)
        self.entrance = portals.entrance(brand.id)


def visitor_of(area: AccountArea, brand: str) -> Visitor:
    """Who looks at a page; being here counts as activity. Raises `Stranger` for anybody else."""
    visitor = _found(area, brand)
    session = area.pages.sessions.touch(visitor.session, now=visitor.seen_at)
    return _seen(replace(visitor, session=session))


def acting_visitor(area: AccountArea, brand: str) -> Visitor:
    """Who pressed a button of ours; a forged request ends here, before anything else is looked at."""
    visitor = _found(area, brand)
    area.pages.answers.require_own_page(brand, visitor.cookie)
    return _seen(visitor)


def looking_visitor(area: AccountArea, brand: str) -> Visitor:
    """Who only looks how long the session still lasts, which is no activity."""
    return _seen(_found(area, brand))


def _seen(visitor: Visitor) -> Visitor:
    """Whatever page follows has the frame of this person, whose script asks how the session goes."""
    g.account_visitor = visitor
    allow_own_calls()
    return visitor


def around_the_page() -> dict[str, object]:
    """The frame, for every template that is rendered for somebody in this area, whoever else uses it."""
    visitor = g.get("account_visitor")
    return {"frame": visitor.frame, "here": ""} if isinstance(visitor, Visitor) else {}


def with_password_only(visitor: Visitor) -> None:
    """Consumers come by DigiD: for them there is no such page."""
    if not visitor.has_password:
        raise no_such_page(visitor)


def no_such_page(visitor: Visitor) -> DeadEnd:
    """For this person there is none; what there is, is one step away."""
    way_on = WayOn(gettext("Naar uw gegevens"), visitor.url("details"))
    return DeadEnd("not-found", 404, brand=visitor.brand, ways_on=(way_on,))


def _found(area: AccountArea, brand: str) -> Visitor:
    pages = area.pages
    view = known_brand(pages.portals, brand)
    cookie, now = cookies.session_value(request, brand), pages.clock()
    session = pages.sessions.find(brand, cookie, now=now)
    portal = pages.portals.get(session.portal) if session is not None else None
    if session is None or cookie is None or portal is None:
        raise Stranger(view, pages.portals)
    account = area.accounts.get(session.account_id)
    if account is None or account.state is not AccountState.ACTIVE:
        pages.answers.end_session(session, reason="account-not-active")
        raise Stranger(view, pages.portals)
    return Visitor(session, cookie, account, portal.brand, portal, now)


def stranger_page(stranger: Stranger) -> ResponseReturnValue:
    """Where to log in."""
    page = render_template(
        "account/log_in.html", brand=stranger.brand, portals=stranger.portals, entrance=stranger.entrance
    )
    return page, _STATUS_OF_A_STRANGER


def page_of(visitor: Visitor, template: str, page: str, **context: object) -> str:
    """A page of the area; `page` is its endpoint in the menu."""
    return render_template(
        template,
        brand=visitor.brand,
        portal=visitor.portal,
        here=page,
        csrf_token=visitor.csrf_token,
        **context,
    )


def back(area: AccountArea, visitor: Visitor, page: str, note: str | None = None) -> ResponseReturnValue:
    """To a page, which tells what was done; reloading it does nothing again."""
    if note is not None:
        area.memory.note(visitor.session.sid, page, note, now=area.pages.clock())
    return redirect(visitor.url(page), 303)


def renewed(
    area: AccountArea, visitor: Visitor, response: ResponseReturnValue, *, proven: bool
) -> ResponseReturnValue:
    """The same answer with a new secret for this browser; `proven`: its person proved just now who they are.

    Raises `Stranger` when the session ended meanwhile.
    """
    now = area.pages.clock()
    proven_at = now if proven else visitor.session.proven_at
    opened = area.pages.sessions.renew(visitor.session, proven_at=proven_at, now=now)
    if opened is None:
        raise Stranger(visitor.brand, area.pages.portals)
    made = make_response(response)
    cookies.set_session(made, visitor.brand.id, opened.cookie)
    return made
