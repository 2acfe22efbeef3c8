"""The states of the pages for somebody who came by eHerkenning and has no account; see `gallery_states`."""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.email_address import EmailFault
from broker.domain.organisation import BranchNumber, KvkNumber
from broker.domain.person_name import NameFault
from broker.domain.representation import LegalSubject, Representation
from broker.domain.roles import RoleId
from broker.domain.work_address import WorkAddressFault
from broker.web.account_request_form import RequestForm

Page = tuple[str, str, dict[str, object]]
"""Name, template, and its values besides the brand and the portal."""

_WHOLE = Representation(
    LegalSubject(KvkNumber("90001354")), service="service", mandate="mandate", name="Haddad Installatie B.V."
)
_BY_CHAIN = Representation(
    LegalSubject(KvkNumber("90006712")),
    service="service",
    mandate="mandate",
    branch=BranchNumber("000090067121"),
    intermediary=KvkNumber("90007704"),
)
_ROLES = [
    ("administratief", "Administratief"),
    ("financieel", "Financieel"),
    ("accountbeheer", "Accountbeheer"),
]


def eherkenning_pages() -> Iterator[Page]:
    """Every state of these pages."""
    code: dict[str, object] = {
        "represents": _WHOLE,
        "action": "/bind",
        "csrf_token": "sample-token",
        "request_account": "/request-account",
        "fault": None,
    }
    yield "code", "binding/code.html", code
    fault = "Deze code werkt niet. Misschien is hij al gebruikt of te oud. Vraag een nieuwe code aan."
    yield "code-faulty", "binding/code.html", {**code, "represents": _BY_CHAIN, "fault": fault}
    form: dict[str, object] = {
        "represents": _WHOLE,
        "level": "EH3",
        "roles": _ROLES,
        "with_rules": False,
        "form": RequestForm(),
        "too_many": False,
        "action": "/request-account",
        "back": "/bind",
        "csrf_token": "sample-token",
    }
    yield "request", "binding/request.html", form
    faulty = RequestForm(
        "",
        "joost",
        (RoleId("financieel"),),
        NameFault.MISSING,
        EmailFault.MALFORMED,
        "Kies wat u wilt kunnen doen.",
    )
    yield "request-faulty", "binding/request.html", {**form, "represents": _BY_CHAIN, "form": faulty}
    asked = RequestForm(
        "Joost", "joost@gmail.com", (RoleId("financieel"),), asked_about=WorkAddressFault.FREE_MAIL
    )
    yield "request-asked-about", "binding/request.html", {**form, "with_rules": True, "form": asked}
    yield "request-too-many", "binding/request.html", {**form, "too_many": True}
    yield "received", "binding/received.html", {}
    yield "entrance", "binding/entrance.html", {}
