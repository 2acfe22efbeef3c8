"""What can be otherwise about logging out: ways to answer, and answers that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import rsa

from demo.eherkenning.faults.kinds import Fault, InLogout
from demo.eherkenning.logout_answers import LogoutAnswer
from demo.idp.forms import HTTP_POST, new_id

_LATE = timedelta(minutes=30)


def as_it_is(answer: LogoutAnswer) -> LogoutAnswer:
    """By Redirect, as it should be."""
    return answer


def by_post(answer: LogoutAnswer) -> LogoutAnswer:
    """By the browser's POST."""
    return replace(answer, by_post=True, destination=answer.places[HTTP_POST])


def partial(answer: LogoutAnswer) -> LogoutAnswer:
    """Not everywhere."""
    return replace(answer, status=("Success", "PartialLogout"))


def denied(answer: LogoutAnswer) -> LogoutAnswer:
    """Nothing was ended."""
    return replace(answer, status=("Responder", "RequestDenied"))


def unsigned(answer: LogoutAnswer) -> LogoutAnswer:
    """Nobody vouches for it."""
    return replace(answer, signer=None)


def other_key(answer: LogoutAnswer) -> LogoutAnswer:
    """A key nobody knows signs in the makelaar's name."""
    signer = answer.signer
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return replace(answer, signer=signer and replace(signer, key=key))


def other_destination(answer: LogoutAnswer) -> LogoutAnswer:
    """On its way to another address."""
    return replace(answer, destination="https://elders.example/saml/logout")


def no_destination(answer: LogoutAnswer) -> LogoutAnswer:
    """To nobody in particular."""
    return replace(answer, destination=None)


def other_request(answer: LogoutAnswer) -> LogoutAnswer:
    """To another LogoutRequest."""
    return replace(answer, in_response_to=new_id())


def other_issuer(answer: LogoutAnswer) -> LogoutAnswer:
    """The supplier's own words, signed by the makelaar."""
    return replace(answer, issuer="urn:etoegang:AD:00000003900300020000:entities:9000")


def old(answer: LogoutAnswer) -> LogoutAnswer:
    """Made before anybody asked."""
    return replace(answer, issued_at=answer.issued_at - _LATE)


def other_relay_state(answer: LogoutAnswer) -> LogoutAnswer:
    """Not the RelayState that came along."""
    return replace(answer, relay_state="elders")


def request(answer: LogoutAnswer) -> LogoutAnswer:
    """A LogoutRequest of the makelaar in the place of an answer."""
    return replace(answer, is_request=True)


def request_by_post(answer: LogoutAnswer) -> LogoutAnswer:
    """The same by POST."""
    return by_post(request(answer))


def _fault(name: str, description: str, change: Callable[[LogoutAnswer], LogoutAnswer]) -> Fault:
    return Fault(f"logout-{name}", f"Uitloggen: {description}", InLogout(change))


LOGOUT_VARIANTS: tuple[Fault, ...] = (
    _fault("answered", "er komt een LogoutResponse, via Redirect.", as_it_is),
    _fault("answered-by-post", "er komt een LogoutResponse, via POST.", by_post),
    _fault("partial", "de LogoutResponse meldt PartialLogout.", partial),
    _fault("denied", "de LogoutResponse meldt Responder/RequestDenied.", denied),
)
"""Other ways to be right: without one of these the supplier shows the last page."""

LOGOUT_FAULTS: tuple[Fault, ...] = (
    _fault("unsigned", "de LogoutResponse is niet ondertekend.", unsigned),
    _fault(
        "unsigned-by-post", "de LogoutResponse via POST is niet ondertekend.", lambda a: unsigned(by_post(a))
    ),
    _fault("other-key", "ondertekend met een onbekende sleutel.", other_key),
    _fault("other-key-by-post", "via POST, met een onbekende sleutel.", lambda a: other_key(by_post(a))),
    _fault("other-destination", "de Destination is een ander adres.", other_destination),
    _fault("no-destination", "de Destination ontbreekt.", no_destination),
    _fault("other-request", "InResponseTo hoort bij een andere vraag.", other_request),
    _fault("other-issuer", "de Issuer is een ander.", other_issuer),
    _fault("old", "de LogoutResponse is een half uur oud.", old),
    _fault("other-relay-state", "de RelayState is een andere.", other_relay_state),
    _fault("request", "er komt een LogoutRequest in plaats van een antwoord.", request),
    _fault("request-by-post", "er komt een LogoutRequest via POST.", request_by_post),
)
