"""Faults in what the answer says; it is signed as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from demo.digid.levels import Level
from demo.digid.messages import Answer, Status, Subject, Window
from demo.idp.forms import new_id

FOREIGN = "https://elders.example/saml/metadata"
OTHER_BSN = "999990019"
AWAY_MINUTES = 10
_BELOW_BASIS = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"


def level_lower(answer: Answer, asked: Level) -> Answer:
    """One level below what was asked."""
    lower = [level.class_ref for level in Level if level < asked]
    return _subjects(answer, class_ref=lower[-1] if lower else _BELOW_BASIS)


def wrong_audience(answer: Answer, _asked: Level) -> Answer:
    """Meant for another web service."""
    return replace(answer, addressing=replace(answer.addressing, audience=FOREIGN))


def wrong_recipient(answer: Answer, _asked: Level) -> Answer:
    """Confirmed for another address."""
    return replace(answer, addressing=replace(answer.addressing, recipient="https://elders.example/saml/acs"))


def wrong_in_response_to_resolve(answer: Answer, _asked: Level) -> Answer:
    """The ArtifactResponse answers another ArtifactResolve."""
    return replace(answer, addressing=replace(answer.addressing, resolve_to=new_id()))


def wrong_in_response_to_response(answer: Answer, _asked: Level) -> Answer:
    """The Response answers another AuthnRequest."""
    return replace(answer, addressing=replace(answer.addressing, response_to=new_id()))


def wrong_in_response_to_confirmation(answer: Answer, _asked: Level) -> Answer:
    """The confirmation inside the Assertion names another AuthnRequest."""
    return replace(answer, addressing=replace(answer.addressing, confirmation_to=new_id()))


def wrong_issuer(answer: Answer, _asked: Level) -> Answer:
    """The Response and Assertion say that somebody else issued them."""
    return replace(answer, issuer=FOREIGN)


def expired(answer: Answer, _asked: Level) -> Answer:
    """The Assertion has stopped being valid."""
    return replace(answer, window=Window.around(answer.issued_at - timedelta(minutes=AWAY_MINUTES)))


def future(answer: Answer, _asked: Level) -> Answer:
    """The Assertion is not valid yet."""
    return replace(answer, window=Window.around(answer.issued_at + timedelta(minutes=AWAY_MINUTES)))


def clock_skew(answer: Answer, _asked: Level) -> Answer:
    """Every instant in the answer is as if DigiD's clock were ahead."""
    ahead = timedelta(minutes=AWAY_MINUTES)
    shifted = replace(
        answer, issued_at=answer.issued_at + ahead, window=Window.around(answer.issued_at + ahead)
    )
    return replace(
        shifted,
        subjects=tuple(replace(one, authn_instant=one.authn_instant + ahead) for one in answer.subjects),
    )


def sector_sofi(answer: Answer, _asked: Level) -> Answer:
    """The sector code for a SOFI number."""
    return _renumbered(answer, lambda _sector, number: f"s00000001:{number}")


def capital_sector(answer: Answer, _asked: Level) -> Answer:
    """The sector code with a capital, as in the specification's own table."""
    return _renumbered(answer, lambda sector, number: f"{sector.upper()}:{number}")


def bsn_eleven_test(answer: Answer, _asked: Level) -> Answer:
    """A number that cannot be a BSN."""
    return _renumbered(answer, lambda sector, number: f"{sector}:{number[:-1]}{(int(number[-1]) + 1) % 10}")


def inner_failure(answer: Answer, _asked: Level) -> Answer:
    """Success outside, failure inside, no Assertion: the shape of a cancelled login."""
    return replace(answer, status=Status.AUTHN_FAILED, subjects=())


def no_response(_answer: Answer, _asked: Level) -> None:
    """Success outside and nothing inside: the shape of an expired artifact."""


def two_assertions(answer: Answer, _asked: Level) -> Answer:
    """A second Assertion beside the first, for somebody else."""
    others = (replace(one, name_id=f"s00000000:{OTHER_BSN}") for one in answer.subjects)
    return replace(answer, subjects=(*answer.subjects, *others))


def _subjects(answer: Answer, *, class_ref: str) -> Answer:
    return replace(answer, subjects=tuple(replace(one, class_ref=class_ref) for one in answer.subjects))


def _renumbered(answer: Answer, form: Callable[[str, str], str]) -> Answer:
    def changed(subject: Subject) -> Subject:
        sector, _, number = subject.name_id.partition(":")
        return replace(subject, name_id=form(sector, number))

    return replace(answer, subjects=tuple(changed(subject) for subject in answer.subjects))
