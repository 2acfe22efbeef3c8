"""``Wijzigen van uw wachtwoord`` (J28): the current one, and a new one that we would take from anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.accounts.passwords.policy import faults_in
from broker.domain.events import PasswordChanged, PasswordNotChanged, Result
from broker.domain.identity import Evidence
from broker.web.account.area import (
    PATH,
    AccountArea,
    Visitor,
    acting_visitor,
    back,
    page_of,
    renewed,
    visitor_of,
    with_password_only,
)
from broker.web.account.mails import Change
from broker.web.account.notes import PASSWORD_CHANGED
from broker.web.account.proof import judged_password
from broker.web.account.session_pages import end_others
from broker.web.parameters import once
from broker.web.password_hints import hints_for
from broker.web.password_texts import password_fault

_UNPROCESSABLE: Final = 422
WRONG: Final = "wrong"
MISSING: Final = "missing"
SAME_AS_BEFORE: Final = "same-as-before"
OVERTAKEN: Final = "overtaken"
_OVERTAKEN_REASON: Final = "password.changed-meanwhile"

_OWN_FAULTS: Final[Mapping[str, LazyString]] = {
    WRONG: lazy_gettext(
        "Dit is niet uw huidige wachtwoord. Na een aantal verkeerde pogingen moet u even wachten."
    ),
    MISSING: lazy_gettext("Vul uw huidige wachtwoord in."),
    SAME_AS_BEFORE: lazy_gettext("Dit is uw huidige wachtwoord. Kies een ander."),
    OVERTAKEN: lazy_gettext(
        "Uw wachtwoord is intussen op een andere manier gewijzigd. "
        "Het wachtwoord dat u hier koos, geldt niet."
    ),
}


@dataclass(frozen=True, slots=True)
class PasswordFaults:
    """What is wrong at each field, as codes; the passwords themselves are never shown again."""

    current: str | None = None
    new: str | None = None
    advice: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether something is."""
        return bool(self.current or self.new)


def password_change_fault(code: str | None, advice: tuple[str, ...] = ()) -> str | None:
    """What to do about a field, in the language of this request."""
    if code is None:
        return None
    own = _OWN_FAULTS.get(code)
    return str(own) if own is not None else password_fault((code,), advice)


def add_password_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/password``, for who has one."""

    @blueprint.get(f"{PATH}/password")
    def password(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        with_password_only(visitor)
        return _page(area, visitor, PasswordFaults())

    @blueprint.post(f"{PATH}/password")
    def change_password(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        with_password_only(visitor)
        current, new = once(request.form, "current"), once(request.form, "password")
        judged = _judged(area, visitor, current, new)
        if isinstance(judged, Evidence):
            return _changed(area, visitor, judged, new)
        return _page(area, visitor, judged), _UNPROCESSABLE


def _judged(area: AccountArea, visitor: Visitor, current: str, new: str) -> PasswordFaults | Evidence:
    """Every fault, or what the current password proves.

    That one is judged only when the new one could be taken, for it counts as a try.
    """
    account, brand = visitor.account, visitor.brand
    context = (account.name, *account.email.split("@"), brand.id, brand.name, brand.legal_name)
    of_new = next(iter(faults_in(new, context=context)), None)
    if of_new is None and new == current:
        of_new = SAME_AS_BEFORE
    if of_new or not current:
        hints = hints_for(new, (of_new,) if of_new else (), context)
        return PasswordFaults(None if current else MISSING, of_new, hints)
    judged = judged_password(area, visitor, current)
    if isinstance(judged, Evidence):
        return judged
    return _refused(area, visitor, judged.reason, WRONG)


def _refused(area: AccountArea, visitor: Visitor, reason: str, fault: str) -> PasswordFaults:
    account = visitor.account
    area.pages.answers.auditor.record(
        PasswordNotChanged(brand=account.brand, result=Result.REFUSED, account_id=account.id, reason=reason)
    )
    return PasswordFaults(current=fault)


def _changed(area: AccountArea, visitor: Visitor, judged: Evidence, new: str) -> ResponseReturnValue:
    """Keep it, end every other session, and let this browser go on with another secret."""
    # Slow on purpose, so before the transaction and not within it.
    hashed = area.passwords.hashing().hash(new)
    if not _is_kept(area, visitor, judged, hashed):
        faults = _refused(area, visitor, _OVERTAKEN_REASON, OVERTAKEN)
        return _page(area, visitor, faults), _UNPROCESSABLE
    end_others(area, visitor, "password-changed")
    # A password alone is all the proof that somebody without a second factor can give.
    proven = not area.factors.service.kinds_of(visitor.account.id)
    return renewed(area, visitor, back(area, visitor, "password", PASSWORD_CHANGED), proven=proven)


def _is_kept(area: AccountArea, visitor: Visitor, judged: Evidence, hashed: str) -> bool:
    """Whether it is the password now; what was chosen since the current one was judged goes first."""
    account, mark = visitor.account, judged.password_mark
    with area.together():
        if not area.passwords.kept.change(account.id, hashed, judged=mark, at=area.pages.clock()):
            return False
        area.pages.answers.auditor.record(
            PasswordChanged(
                brand=account.brand, result=Result.SUCCESS, account_id=account.id, way="current-password"
            )
        )
        area.mails.tell(account, Change.PASSWORD)
        # Should Redis be away, nothing is changed; and the caller does it again, for who logged in meanwhile.
        end_others(area, visitor, "password-changed")
    return True


def _page(area: AccountArea, visitor: Visitor, faults: PasswordFaults) -> str:
    return page_of(
        visitor,
        "account/password.html",
        "password",
        faults=faults,
        person_email=visitor.account.email,
        note=None if faults.any else area.memory.noted(visitor.session.sid, "password"),
        action=visitor.url("change_password"),
    )
