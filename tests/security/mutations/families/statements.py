"""What is said of the login, signed by the right key: statuses, versions, levels, statements."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from itertools import product

from tests.security.mutations.families.parties import bent
from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import CLASSES, STATUS, status_text

_NO, _YES = Expect.REFUSED, Expect.ACCEPTED
_CODES = (
    "Success",
    "Requester",
    "Responder",
    "VersionMismatch",
    "AuthnFailed",
    "NoAuthnContext",
    "RequestDenied",
    "PartialLogout",
    "success",
    "",
)
_LEVELS = {
    "PasswordProtectedTransport": False,
    "MobileTwoFactorContract": True,
    "Smartcard": True,
    "SmartcardPKI": True,
}
_OTHER_CLASSES = (
    "",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:",
    f"{CLASSES}Password",
    f"{CLASSES}unspecified",
    f"{CLASSES}X509",
    f"{CLASSES}MobileTwoFactorUnregistered",
    f"{CLASSES}smartcard",
    f"{CLASSES}SmartcardPki",
    f"{CLASSES}Smartcard PKI",
    "SmartcardPKI",
    "Smartcard",
    "http://eidas.europa.eu/LoA/low",
    "http://eidas.europa.eu/LoA/substantial",
    "http://eidas.europa.eu/LoA/high",
    "urn:etoegang:core:assurance-class:loa4",
    "30",
    "hoog",
)


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Statuses on both levels; versions; for a success also levels and statements."""
    yield from _statuses(form)
    yield from _versions(form)
    if form.successful:
        yield from _levels(form)
        yield from _statements(form)


def _statuses(form: Form) -> Iterator[Made]:
    good = status_text()
    inner = good if form.successful else status_text("Responder", "AuthnFailed")
    for top, nested in product(_CODES, (None, *_CODES[:-1])):
        new = status_text(top, nested)
        right = (top, nested) == ("Success", None)
        yield f"outer:{top}:{nested}", _swap(form, good, new), _YES if right else _NO
        same = new == inner
        turned_back = not form.successful and (top, nested) == ("Responder", "AuthnFailed")
        text = form.text if same else _last(form.text, inner, new)
        yield f"inner:{top}:{nested}", partial(form.sign, text), _YES if same or turned_back else _NO
    for name, (new, expect) in _STATUSES.items():
        yield f"outer:{name}", _swap(form, good, new), expect
        if form.successful:
            yield f"inner:{name}", partial(form.sign, _last(form.text, inner, new)), expect


_OK = f"{STATUS}Success"
_CODE = f'<samlp:StatusCode Value="{_OK}"/>'
_OPEN, _CLOSE = _CODE.replace("/>", ">"), "</samlp:StatusCode>"
_STATUSES = {
    "message": (
        status_text().replace(
            "</samlp:Status>", "<samlp:StatusMessage>x</samlp:StatusMessage></samlp:Status>"
        ),
        _YES,
    ),
    "message-first": (status_text().replace("<samlp:Status>", "<samlp:Status><samlp:StatusMessage/>"), _NO),
    "detail": (status_text().replace("</samlp:Status>", "<samlp:StatusDetail/></samlp:Status>"), _NO),
    "two-codes": (
        f"<samlp:Status>{_CODE}{_CODE.replace(_OK, f'{STATUS}Responder')}</samlp:Status>",
        _NO,
    ),
    "three-deep": (
        f"<samlp:Status>{_OPEN}{_OPEN}{_CODE}{_CLOSE}{_CLOSE}</samlp:Status>",
        _NO,
    ),
    "two-nested": (
        f"<samlp:Status>{_OPEN}{_CODE}{_CODE}{_CLOSE}</samlp:Status>",
        _NO,
    ),
    "no-value": ("<samlp:Status><samlp:StatusCode/></samlp:Status>", _NO),
    "no-code": ("<samlp:Status/>", _NO),
    "missing": ("", _NO),
    "twice": (status_text() * 2, _NO),
    "text-code": (f"<samlp:Status><samlp:StatusCode>{_OK}</samlp:StatusCode></samlp:Status>", _NO),
    "saml-1": (status_text().replace("SAML:2.0", "SAML:1.0"), _NO),
    "padded": (status_text().replace("Success", "Success "), _NO),
    "upper-case": (status_text().replace("urn:oasis", "URN:OASIS"), _NO),
}


def _versions(form: Form) -> Iterator[Made]:
    parts = form.text.split('Version="2.0"')
    for number in range(len(parts) - 1):
        for version in ("1.0", "1.1", "2", "2.00", "2.1", " 2.0", "", "2.0.0", "\u0662.0"):
            text = 'Version="2.0"'.join(parts[: number + 1]) + f'Version="{version}"'
            text += 'Version="2.0"'.join(parts[number + 1 :])
            yield f"version:{number}:{version!r}", partial(form.sign, text), _NO


def _levels(form: Form) -> Iterator[Made]:
    own = f"{CLASSES}MobileTwoFactorContract"
    for name, enough in _LEVELS.items():
        yield f"level:{name}", _swap(form, own, CLASSES + name), _YES if enough else _NO
        for how, new in {
            "padded": f" {CLASSES}{name}",
            "line": f"{CLASSES}{name}\n",
            "twice": f"{CLASSES}{name} " * 2,
        }.items():
            yield f"level:{name}:{how}", _swap(form, own, new), _NO
    for number, name in enumerate(_OTHER_CLASSES):
        yield f"level:other-{number}", _swap(form, own, name), _NO
    for name, new in bent(own).items():
        yield f"level:{name}", _swap(form, own, new), _NO
    reference = f"<saml:AuthnContextClassRef>{own}</saml:AuthnContextClassRef>"
    high = reference.replace("MobileTwoFactorContract", "SmartcardPKI")
    yield "level:doubled", _swap(form, reference, reference * 2), _NO
    yield "level:higher-first", _swap(form, reference, high + reference), _NO
    yield "level:higher-behind", _swap(form, reference, reference + high), _NO
    yield "level:missing", _swap(form, reference, ""), _NO
    for name in ("AuthnContextDecl", "AuthnContextDeclRef", "AuthenticatingAuthority"):
        yield f"level:{name}", _swap(form, reference, f"{reference}<saml:{name}>x</saml:{name}>"), _NO
        yield f"level:{name}-alone", _swap(form, reference, f"<saml:{name}>{own}</saml:{name}>"), _NO


def _statements(form: Form) -> Iterator[Made]:
    start = form.text.index("<saml:AuthnStatement")
    whole = form.text[start : form.text.index("</saml:Assertion>")].rstrip()
    high = whole.replace("MobileTwoFactorContract", "SmartcardPKI")
    for name, new in {
        "missing": "",
        "twice": whole * 2,
        "higher-first": high + whole,
        "higher-behind": whole + high,
        "hollow": "<saml:AuthnStatement/>",
        "attributes": f"{whole}<saml:AttributeStatement/>",
        "decision": f"{whole}<saml:AuthzDecisionStatement/>",
        "statement": f"{whole}<saml:Statement/>",
    }.items():
        yield f"statement:{name}", _swap(form, whole, new), _NO
    ends = 'SessionNotOnOrAfter="2026-03-04T09:18:30Z" SessionIndex="5d0c17"'
    yield "statement:session-end", _swap(form, 'SessionIndex="5d0c17"', ends), _NO
    for name, new in {"other": 'SessionIndex="x"', "unicode": 'SessionIndex="\u00e9"', "none": ""}.items():
        yield f"statement:session-{name}", _swap(form, 'SessionIndex="5d0c17"', new), _YES
    assertion = form.text[form.text.index("<saml:Assertion") : form.text.index("</samlp:Response>")].rstrip()
    yield "assertion:missing", _swap(form, assertion, ""), _NO
    yield "assertion:twice", _swap(form, assertion, assertion + assertion.replace("_cc33", "_dd44")), _NO
    yield "assertion:encrypted", _swap(form, assertion, "<saml:EncryptedAssertion/>"), _NO
    response = form.text[form.text.index("<samlp:Response") : form.text.index("</samlp:ArtifactResponse>")]
    yield "response:missing", _swap(form, response, ""), _NO
    yield "response:twice", _swap(form, response, response + response.replace("_bb22", "_dd44")), _NO


def _swap(form: Form, old: str, new: str) -> partial[bytes]:
    return partial(_swapped, form, old, new)


def _swapped(form: Form, old: str, new: str) -> bytes:
    return form.sign(once(form.text, old, new))


def _last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    assert found, f"{old!r} is not in the message"
    return head + new + tail
