"""Honest answers of a herkenningsmakelaar that differ from the usual: they must be let in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from tests.security.mutations.eherkenning_forms import HM_STAMP
from tests.security.mutations.forms import Form, compact
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made

_CONTROLS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda text: text,
    "compact": compact,
    "no-declaration": lambda text: text.partition("?>")[2].lstrip(),
    "tabs": lambda text: text.replace("  ", "\t"),
    "protocol-prefix": lambda text: text.replace("samlp:", "p:").replace(":samlp", ":p"),
}
_SUCCESSFUL: dict[str, Callable[[str], str]] = {
    "higher-level": lambda text: text.replace(":loa2plus<", ":loa4<"),
    "no-session-index": lambda text: once(text, ' SessionIndex="9b1d17"', ""),
    "no-authority": lambda text: once(text, *_authority(text)),
    "other-transient-name": lambda text: once(text, "1f0c4c1e-7a3a", "2f0c4c1e-7a3a"),
    "company-name": lambda text: _with_attribute(
        text, "urn:etoegang:1.11:attribute-represented:CompanyName", "Haddad B.V."
    ),
    "branch": lambda text: _with_attribute(
        text, "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "000012345678"
    ),
    "unknown-attribute": lambda text: _with_attribute(text, "urn:x:unknown", "whatever"),
}


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Every honest text, with and without a KeyInfo."""
    controls = _CONTROLS | (_SUCCESSFUL if form.successful else {})
    for name, change in controls.items():
        yield name, partial(form.sign, change(form.text)), Expect.ACCEPTED
    yield "key-name-twice-signed", partial(form.sign, form.text, inner=HM_STAMP), Expect.ACCEPTED


def _authority(text: str) -> tuple[str, str]:
    start = text.index("<saml:AuthenticatingAuthority>")
    end = text.index("</saml:AuthenticatingAuthority>", start) + len("</saml:AuthenticatingAuthority>")
    return text[start:end], ""


def _with_attribute(text: str, name: str, value: str) -> str:
    added = (
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
    )
    return once(text, "</saml:AttributeStatement>", f"{added}</saml:AttributeStatement>")
