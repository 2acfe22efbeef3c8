"""Moments, signed by the right key: skew at its borders, reversed, endless, missing, malformed.

The borders are stated here once more, in seconds from the broker's now, so that they are not taken from the
code under test.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.security.mutations.ways import ASKED_BEFORE
from tests.support.saml.answers import stamp

SKEW, LIFE = 60, 600
ASKED = -int(ASKED_BEFORE.total_seconds())
START, END = -120, 120


@dataclass(frozen=True)
class Moment:
    """A place of a moment: the mark in front of it, and the first and last good second."""

    mark: str
    first: int
    last: int
    from_success: bool = True


_PLACES = {
    "answer-issued": Moment('RESOLVE Version="2.0" IssueInstant="', -LIFE, SKEW, from_success=False),
    "response-issued": Moment(
        'RESPONSE Version="2.0" IssueInstant="', ASKED - SKEW, SKEW, from_success=False
    ),
    # The confirmation ends 120 s from now and may last for 600 s, so this border is further away than asking.
    "assertion-issued": Moment('ASSERTION Version="2.0" IssueInstant="', ASKED - SKEW, SKEW),
    "not-before": Moment('<saml:Conditions NotBefore="', END - LIFE, SKEW),
    "not-on-or-after": Moment('" NotOnOrAfter="', 1 - SKEW, START + LIFE),
    "confirmation-end": Moment('CONFIRMATION NotOnOrAfter="', 1, LIFE),
    "logged-in": Moment('AuthnInstant="', ASKED - SKEW, SKEW),
}
_FAR = (-(10**9), -31_536_000, -86_400, -7200, -3601, -3600, 3600, 7200, 86_400, 31_536_000, 2 * 10**9)
_MALFORMED = (
    "",
    " ",
    "now",
    "0",
    "1772615790",
    "2026-03-04",
    "2026-03-04T09:16:30",
    "2026-03-04 09:16:30Z",
    "2026-03-04t09:16:30Z",
    "2026-03-04T09:16:30z",
    "2026-03-04T09:16:30+00:00",
    "2026-03-04T10:16:30+01:00",
    "2026-03-04T09:16:30-00:00",
    "2026-03-04T09:16:30ZZ",
    "2026-03-04T09:16:30Z ",
    " 2026-03-04T09:16:30Z",
    "2026-03-04T09:16:30Z&#10;",
    "2026-03-04T09:16Z",
    "2026-03-04T09:16:30.Z",
    "2026-03-04T09:16:30,5Z",
    "2026-03-04T09:16:30.1234567890Z",
    "2026-03-04T24:00:00Z",
    "2026-03-04T09:60:30Z",
    "2026-03-04T09:16:60Z",
    "2026-03-04T25:16:30Z",
    "2026-13-04T09:16:30Z",
    "2026-02-30T09:16:30Z",
    "2026-00-04T09:16:30Z",
    "2026-03-00T09:16:30Z",
    "0000-03-04T09:16:30Z",
    "-2026-03-04T09:16:30Z",
    "12026-03-04T09:16:30Z",
    "26-03-04T09:16:30Z",
    "2026-W10-3T09:16:30Z",
    "20260304T091630Z",
    "\u0662\u0660\u0662\u0666-03-04T09:16:30Z",
    "2026\u201303\u201304T09:16:30Z",
    "2026-03-04T09:16:3\u0660Z",
)
# The first and last years that a calendar of Python has: arithmetic on them overflows.
_ENDS_OF_TIME = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:59Z",
    "0001-01-01T00:01:01Z",
    "1970-01-01T00:00:00Z",
    "2038-01-19T03:14:08Z",
    "9999-12-31T23:58:59Z",
    "9999-12-31T23:59:01Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999999Z",
)


def make(form: Form, _: random.Random) -> Iterator[Made]:
    """Every place of a moment at every interesting second, in every bad form, and pairs of them."""
    for name, place in _PLACES.items():
        if place.from_success and not form.successful:
            continue
        for second in sorted(_seconds(place)):
            good = place.first <= second <= place.last
            yield f"{name}:{second:+}", _at(form, place, second), _is(good)
        for fraction in (".0", ".5", ".999", ".123456789"):
            yield (
                f"{name}:{fraction}",
                _text(form, place, f"{_default(form, place)[:-1]}{fraction}Z"),
                _is(True),
            )
        for number, text in enumerate(_MALFORMED):
            yield f"{name}:malformed-{number}", _text(form, place, text), Expect.REFUSED
        for text in _ENDS_OF_TIME:
            yield f"{name}:{text}", _text(form, place, text), Expect.REFUSED
    if form.successful:
        yield from _windows(form)
        yield from _lives(form)
        yield from _missing(form)


def _windows(form: Form) -> Iterator[Made]:
    """Both ends of the validity at once: short, long, reversed, empty, at the ends of time."""
    for start in (-700, -601, -600, -120, -61, -60, -1, 0, 1, 59, 60, 61, 120, 600):
        for length in (-600, -1, 0, 1, 2, 59, 60, 61, 120, 599, 600, 601, 3600, 10**8):
            good = 0 < length <= LIFE and start <= SKEW and start + length > -SKEW
            made = partial(_both, form, _second(form, start), _second(form, start + length))
            yield f"window:{start:+}:{length:+}", made, _is(good)
    for first in _ENDS_OF_TIME:
        for second in _ENDS_OF_TIME:
            yield f"window:{first}:{second}", partial(_both, form, first, second), Expect.REFUSED


def _lives(form: Form) -> Iterator[Made]:
    """When the assertion was made against when its confirmation ends."""
    for issued in (-151, -150, -149, -100, -61, 0, 60, 61):
        for end in (-140, -99, -61, -60, -59, -1, 1, 450, 499, 500, 501, 600, 660, 661):
            good = ASKED - SKEW <= issued <= SKEW and end > -SKEW and 0 < end - issued <= LIFE
            text, start = _found(form, _PLACES["assertion-issued"])
            text = text[:start] + _second(form, issued) + text[start + 20 :]
            old = f'NotOnOrAfter="{_second(form, END)}"/>'
            made = partial(form.sign, once(text, old, f'NotOnOrAfter="{_second(form, end)}"/>'))
            yield f"life:{issued:+}:{end:+}", made, _is(good)


def _missing(form: Form) -> Iterator[Made]:
    start, end = _second(form, START), _second(form, END)
    for name, old in {
        "not-before": f' NotBefore="{start}"',
        "not-on-or-after": f' NotBefore="{start}" NotOnOrAfter="{end}"',
        "confirmation-end": f' NotOnOrAfter="{end}"/>',
        "logged-in": f' AuthnInstant="{stamp(form.scene.now)}"',
    }.items():
        new = {"not-on-or-after": f' NotBefore="{start}"', "confirmation-end": "/>"}.get(name, "")
        text = _one_line(form.text)
        yield f"missing:{name}", partial(form.sign, once(text, old, new)), Expect.REFUSED


def _both(form: Form, start: str, end: str) -> bytes:
    old = f'NotBefore="{_second(form, START)}" NotOnOrAfter="{_second(form, END)}"'
    return form.sign(once(form.text, old, f'NotBefore="{start}" NotOnOrAfter="{end}"'))


def _seconds(place: Moment) -> set[int]:
    near = {
        border + step
        for border in (place.first, place.last, 0)
        for step in (-61, -60, -2, -1, 0, 1, 2, 60, 61)
    }
    return near | set(_FAR)


def _is(good: bool) -> Expect:
    return Expect.ACCEPTED if good else Expect.REFUSED


def _second(form: Form, second: int) -> str:
    return stamp(form.scene.now + timedelta(seconds=second))


def _at(form: Form, place: Moment, second: int) -> partial[bytes]:
    return _text(form, place, _second(form, second))


def _default(form: Form, place: Moment) -> str:
    text, start = _found(form, place)
    return text[start : start + 20]


def _text(form: Form, place: Moment, new: str) -> partial[bytes]:
    return partial(_replaced, form, place, new)


def _replaced(form: Form, place: Moment, new: str) -> bytes:
    text, start = _found(form, place)
    return form.sign(text[:start] + new + text[start + 20 :])


def _found(form: Form, place: Moment) -> tuple[str, int]:
    """The text on one line, and where the moment starts in it."""
    text = _one_line(form.text)
    marks = {
        "RESOLVE": "<samlp:ArtifactResponse ",
        "RESPONSE": "<samlp:Response ",
        "ASSERTION": "<saml:Assertion ",
        "CONFIRMATION": "<saml:SubjectConfirmationData ",
    }
    word, _, rest = place.mark.partition(" ")
    if word in marks:
        inside = text.index(marks[word])
        return text, text.index(rest.rpartition(" ")[2], inside) + len(rest.rpartition(" ")[2])
    start = text.index(place.mark, text.index("<saml:Conditions") if "Not" in place.mark else 0)
    return text, start + len(place.mark)


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.splitlines())
