"""What the engine has found, each with its own test so that it never comes back."""

from __future__ import annotations

import pytest

from tests.security.mutations.drive import decide
from tests.security.mutations.forms import every_form
from tests.security.mutations.smith import Canon, Stamp, inclusive, transform
from tests.security.mutations.trees import once
from tests.support.saml.answers import stamp
from tests.support.saml.signers import ENVELOPED, EXC_C14N

FORM = next(every_form())
END_OF_CONFIRMATION = 'NotOnOrAfter="2026-03-04T09:18:30Z"/>'
VALIDITY = 'NotBefore="2026-03-04T09:14:30Z" NotOnOrAfter="2026-03-04T09:18:30Z"'


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (END_OF_CONFIRMATION, 'NotOnOrAfter="9999-12-31T23:59:59Z"/>', "confirmation.life"),
        (
            VALIDITY,
            'NotBefore="0001-01-01T00:00:00Z" NotOnOrAfter="0001-01-01T00:00:59Z"',
            "conditions.expired",
        ),
        (
            VALIDITY,
            'NotBefore="9999-12-31T23:58:59Z" NotOnOrAfter="9999-12-31T23:59:59Z"',
            "conditions.too-early",
        ),
    ],
    ids=["endless-confirmation", "start-of-time", "end-of-time"],
)
def test_moments_at_the_ends_of_time_are_refused(old: str, new: str, code: str) -> None:
    """A minute more or less than the calendar has ended in an OverflowError instead of a refusal."""
    assert stamp(FORM.scene.now) == "2026-03-04T09:16:30Z"
    assert decide(FORM, FORM.sign(once(FORM.text, old, new))).word == code


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\u0085"])
def test_white_space_that_xml_does_not_have_is_not_skipped_in_a_signature_value(space: str) -> None:
    """Python's idea of white space let characters into base64 that every other reader refuses."""
    bent = once(FORM.signed_text, "<ds:SignatureValue>", f"<ds:SignatureValue>{space}")
    assert decide(FORM, bent.encode()).word == "signature.encoding"


def test_white_space_that_xml_does_not_have_parts_no_prefixes() -> None:
    """The same in a PrefixList, where it made two agreed prefixes of one that is not."""
    listed = transform(ENVELOPED) + transform(EXC_C14N, inclusive("ds\u00a0saml"))
    odd = Stamp(transforms=listed, element_canon=Canon(prefixes=("ds", "saml")))
    assert decide(FORM, FORM.sign(FORM.text, outer=odd)).word == "signature.prefixes"
