"""What is otherwise about what an answer says and to whom; it is encrypted and signed as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from demo.eherkenning.levels import Level
from demo.eherkenning.messages import Answer, Statement, Status, Window
from demo.idp.forms import new_id

FOREIGN = "urn:etoegang:DV:00000003909999990000:entities:9001"
OTHER_ADDRESS = "https://elders.example/saml/acs"
AWAY_MINUTES = 10
_BELOW = "urn:etoegang:core:assurance-class:loa1"


def level_lower(answer: Answer) -> Answer:
    """One level below what was asked; supplier and register say the same."""
    reference = _lower(answer.asked)
    return each(answer, lambda one: with_level(one, reference))


def level_of_advice(answer: Answer) -> Answer:
    """Too low as a whole, although supplier and register say the level that was asked."""
    return each(answer, lambda one: replace(one, class_ref=_lower(answer.asked)))


def level_higher(answer: Answer) -> Answer:
    """The highest level there is."""
    highest = Level.EH4.class_ref
    return each(answer, lambda one: with_level(one, highest))


def level_unknown(answer: Answer) -> Answer:
    """A level that eHerkenning does not have."""
    return each(answer, lambda one: replace(one, class_ref="urn:etoegang:core:assurance-class:loa5"))


def wrong_audience(answer: Answer) -> Answer:
    """Meant for another service provider."""
    return replace(answer, addressing=replace(answer.addressing, audience=FOREIGN))


def wrong_destination(answer: Answer) -> Answer:
    """The Response is on its way to another address."""
    return replace(answer, addressing=replace(answer.addressing, destination=OTHER_ADDRESS))


def wrong_recipient(answer: Answer) -> Answer:
    """Confirmed for another address."""
    return replace(answer, addressing=replace(answer.addressing, recipient=OTHER_ADDRESS))


def wrong_in_response_to_resolve(answer: Answer) -> Answer:
    """The ArtifactResponse answers another ArtifactResolve."""
    return replace(answer, addressing=replace(answer.addressing, resolve_to=new_id()))


def wrong_in_response_to_response(answer: Answer) -> Answer:
    """The Response answers another AuthnRequest."""
    return replace(answer, addressing=replace(answer.addressing, response_to=new_id()))


def wrong_in_response_to_confirmation(answer: Answer) -> Answer:
    """The confirmation inside the Assertion names another AuthnRequest."""
    return replace(answer, addressing=replace(answer.addressing, confirmation_to=new_id()))


def wrong_issuer(answer: Answer) -> Answer:
    """Response and Assertion say that the supplier of the means issued them."""
    return replace(answer, issuer="urn:etoegang:AD:00000003900300020000:entities:9000")


def expired(answer: Answer) -> Answer:
    """The Assertion has stopped being valid."""
    return replace(answer, window=Window.around(answer.issued_at - timedelta(minutes=AWAY_MINUTES)))


def future(answer: Answer) -> Answer:
    """The Assertion is not valid yet."""
    return replace(answer, window=Window.around(answer.issued_at + timedelta(minutes=AWAY_MINUTES)))


def clock_skew(answer: Answer) -> Answer:
    """Every instant in the answer is as if the makelaar's clock were ahead."""
    ahead = timedelta(minutes=AWAY_MINUTES)
    moment = answer.issued_at + ahead
    shifted = replace(answer, issued_at=moment, window=Window.around(moment))
    return each(shifted, lambda one: replace(one, authn_instant=one.authn_instant + ahead))


def cancelled(answer: Answer) -> Answer:
    """The shape of a login that was cancelled."""
    return replace(answer, status=Status.AUTHN_FAILED, status_message=None, statements=())


def unsupported(answer: Answer) -> Answer:
    """The makelaar will not do what was asked."""
    return replace(answer, status=Status.REQUEST_UNSUPPORTED, status_message="not supported", statements=())


def failure_with_assertion(answer: Answer) -> Answer:
    """The status says that it failed, and yet there is an Assertion."""
    return replace(answer, status=Status.AUTHN_FAILED)


def no_assertion(answer: Answer) -> Answer:
    """Success, and nothing that says who."""
    return replace(answer, statements=())


def each(answer: Answer, change: Callable[[Statement], Statement]) -> Answer:
    """The answer with every statement changed."""
    return replace(answer, statements=tuple(change(one) for one in answer.statements))


def with_level(statement: Statement, class_ref: str) -> Statement:
    """The same level everywhere: as a whole, and as supplier and register told it."""
    told = tuple(replace(one, class_ref=class_ref) for one in statement.told)
    return replace(statement, class_ref=class_ref, told=told)


def _lower(asked: Level) -> str:
    lower = [level.class_ref for level in Level if level < asked]
    return lower[-1] if lower else _BELOW
