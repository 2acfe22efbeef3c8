"""Who speaks to whom, signed by the right key: issuers, audiences, recipients, requests, methods."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import ACS

_LEVELS = {"answer": 0, "response": 1, "assertion": 2}
_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"


def bent(value: str) -> dict[str, str]:
    """Texts that are almost `value`."""
    host = value.replace("https://", "").partition("/")[0]
    bends = {
        "empty": "",
        "space": " ",
        "padded": f" {value}",
        "padded-behind": f"{value} ",
        "new-line": f"{value}&#10;",
        "tab": f"{value}&#9;",
        "slash": f"{value}/",
        "no-last": value[:-1],
        "longer": f"{value}x",
        "upper-case": value.upper(),
        "capital": value.capitalize(),
        "http": value.replace("https:", "http:"),
        "fragment": f"{value}#",
        "query": f"{value}?",
        "dot": value.replace(host, f"{host}."),
        "port": value.replace(host, f"{host}:443"),
        "user": value.replace(host, f"x@{host}"),
        "other-host": value.replace(host, f"evil.example/{host}"),
        "prefix": f"https://evil.example/{value}",
        "percent": value.replace("m", "%6D", 1).replace("_", "%5F", 1),
        "dots": value.replace("/saml/", "/saml/../saml/").replace("_", "_.", 1),
        "twice": f"{value} {value}",
        "comma": f"{value},{value}",
        "homograph": value.replace("a", "\u0430", 1).replace("2", "\u0662", 1).replace("1", "\u0661", 1),
        "zero-width": f"{value[:5]}\u200b{value[5:]}",
        "soft-hyphen": f"{value}\u00ad",
        "full-width": value.replace("e", "\uff45", 1).replace("2", "\uff12", 1).replace("1", "\uff11", 1),
        "combining": f"{value}\u0301",
        "non-breaking": f"{value}\u00a0",
        "byte-order-mark": f"\ufeff{value}",
        "long": value * 400,
        "other": "https://other.example",
        "nil": "null",
    }
    return {name: new for name, new in bends.items() if new != value}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Every name of a party, bent in every way, on every level where it stands."""
    yield from _issuers(form)
    yield from _requests(form)
    for name, new in bent(ACS.replace(ACS, form.scene.acs)).items():
        expect = Expect.REFUSED
        yield (
            f"destination:{name}",
            _swap(form, "<samlp:Response ", f'<samlp:Response Destination="{new}" '),
            expect,
        )
    right = f'<samlp:Response Destination="{form.scene.acs}" '
    yield "destination:right", _swap(form, "<samlp:Response ", right), Expect.ACCEPTED
    if form.successful:
        yield from _audiences(form)
        yield from _confirmations(form)


def _issuers(form: Form) -> Iterator[Made]:
    issuer = f"<saml:Issuer>{form.scene.idp}</saml:Issuer>"
    for level, number in _LEVELS.items():
        if number >= form.text.count(issuer):
            continue
        for name, new in bent(form.scene.idp).items():
            yield (
                f"issuer:{level}:{name}",
                _nth(form, issuer, number, issuer.replace(form.scene.idp, new)),
                _NO,
            )
        yield f"issuer:{level}:missing", _nth(form, issuer, number, ""), _NO
        yield f"issuer:{level}:doubled", _nth(form, issuer, number, issuer * 2), _NO
        yield (
            f"issuer:{level}:us",
            _nth(form, issuer, number, f"<saml:Issuer>{form.scene.sp}</saml:Issuer>"),
            _NO,
        )
        for name, expect in (("entity", _YES), ("persistent", _NO), ("transient", _NO), ("", _NO)):
            formatted = issuer.replace("<saml:Issuer>", f'<saml:Issuer Format="{_FORMAT}{name}">')
            yield f"issuer:{level}:format-{name}", _nth(form, issuer, number, formatted), expect
        qualified = issuer.replace("<saml:Issuer>", '<saml:Issuer NameQualifier="x">')
        yield f"issuer:{level}:qualified", _nth(form, issuer, number, qualified), _NO


def _requests(form: Form) -> Iterator[Made]:
    scene = form.scene
    for level, mark, own in (
        ("answer", f'InResponseTo="{scene.resolve_id}"', scene.resolve_id),
        ("response", f'InResponseTo="{scene.request_id}"', scene.request_id),
    ):
        yield f"in-response-to:{level}:missing", _swap(form, mark, ""), _NO
        swapped = mark.replace(own, scene.request_id if level == "answer" else scene.resolve_id)
        yield f"in-response-to:{level}:other-of-ours", _swap(form, mark, swapped), _NO
        for name, new in bent(own).items():
            yield f"in-response-to:{level}:{name}", _swap(form, mark, mark.replace(own, new)), _NO


def _confirmations(form: Form) -> Iterator[Made]:
    scene = form.scene
    mark = f'<saml:SubjectConfirmationData InResponseTo="{scene.request_id}"'
    yield "in-response-to:confirmation:missing", _swap(form, mark, "<saml:SubjectConfirmationData"), _NO
    for name, new in bent(scene.request_id).items():
        bent_mark = mark.replace(scene.request_id, new)
        yield f"in-response-to:confirmation:{name}", _swap(form, mark, bent_mark), _NO
    recipient = f'Recipient="{scene.acs}"'
    yield "recipient:missing", _swap(form, recipient, ""), _NO
    for name, new in {**bent(scene.acs), "entity": scene.sp}.items():
        yield f"recipient:{name}", _swap(form, recipient, f'Recipient="{new}"'), _NO
    for name in ("sender-vouches", "holder-of-key", "Bearer", "bearer ", "", "bearers"):
        yield f"method:{name!r}", _swap(form, "cm:bearer", f"cm:{name}"), _NO
    yield "method:of-saml-1", _swap(form, "SAML:2.0:cm:bearer", "SAML:1.0:cm:bearer"), _NO
    yield "address:there", _swap(form, recipient, f'{recipient} Address="192.0.2.1"'), _YES
    yield "data:not-before", _swap(form, recipient, f'{recipient} NotBefore="2026-03-04T09:16:30Z"'), _NO
    start, end = form.text.index("<saml:SubjectConfirmation "), form.text.index("</saml:Subject>")
    whole = form.text[start:end]
    yield "confirmation:missing", _swap(form, whole, ""), _NO
    yield "confirmation:twice", _swap(form, whole, whole * 2), _NO
    other = whole.replace("cm:bearer", "cm:sender-vouches")
    yield "confirmation:other-first", _swap(form, whole, other + whole), _NO
    yield "confirmation:without-data", _swap(form, whole, whole[: whole.index(">")] + "/>"), _NO


def _audiences(form: Form) -> Iterator[Made]:
    us = form.scene.sp
    own = f"<saml:Audience>{us}</saml:Audience>"
    other = "<saml:Audience>https://other.example</saml:Audience>"
    for name, new in {**bent(us), "acs": form.scene.acs}.items():
        yield f"audience:{name}", _swap(form, own, f"<saml:Audience>{new}</saml:Audience>"), _NO
        beside = f"<saml:Audience>{new}</saml:Audience>"
        yield f"audience:{name}-beside", _swap(form, own, beside + own), _YES
        restricted = f"{own}</saml:AudienceRestriction><saml:AudienceRestriction>{beside}"
        yield f"restriction:{name}-second", _swap(form, own, restricted), _NO
        first = f"{beside}</saml:AudienceRestriction><saml:AudienceRestriction>{own}"
        yield f"restriction:{name}-first", _swap(form, own, first), _NO
    whole = f"<saml:AudienceRestriction>{own}</saml:AudienceRestriction>"
    yield "restriction:missing", _swap(form, whole, ""), _NO
    yield "restriction:empty", _swap(form, whole, "<saml:AudienceRestriction/>"), _NO
    yield "restriction:empty-beside", _swap(form, whole, f"{whole}<saml:AudienceRestriction/>"), _NO
    yield "restriction:64", _swap(form, whole, whole * 64), _YES
    yield "restriction:65", _swap(form, whole, whole * 65), _NO
    yield "audience:64", _swap(form, own, other * 63 + own), _YES
    many = (own * 60).join(("<saml:AudienceRestriction>", "</saml:AudienceRestriction>"))
    yield "audience:20-times-60", _swap(form, whole, many * 20), _NO
    yield "audience:65", _swap(form, own, other * 64 + own), _NO
    start, end = form.text.index("<saml:Conditions"), form.text.index("</saml:Conditions>")
    conditions = f"{form.text[start:end]}</saml:Conditions>"
    yield "conditions:missing", _swap(form, conditions, ""), _NO
    yield "conditions:twice", _swap(form, conditions, conditions * 2), _NO
    for name in ("OneTimeUse", "ProxyRestriction", "Condition"):
        yield f"conditions:{name}", _swap(form, whole, f"{whole}<saml:{name}/>"), _NO


_NO, _YES = Expect.REFUSED, Expect.ACCEPTED


def _swap(form: Form, old: str, new: str) -> partial[bytes]:
    return partial(_swapped, form, old, new)


def _swapped(form: Form, old: str, new: str) -> bytes:
    return form.sign(once(form.text, old, new))


def _nth(form: Form, old: str, number: int, new: str) -> partial[bytes]:
    parts = form.text.split(old)
    text = old.join(parts[: number + 1]) + new + old.join(parts[number + 1 :])
    return partial(form.sign, text)
