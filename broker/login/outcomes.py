"""What a provider's refusal means to a person, and which refusals somebody has to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from broker.domain.assurance import Scheme
from broker.domain.identity import Cancelled, Failed, Unavailable

_NOTICE_OF_REASON: Final[Mapping[str, str]] = {
    # The one refusal that the person can mend, so the only one that is told apart (B1-37).
    "authn.level-too-low": "level-too-low",
}
_LEVEL_TOO_LOW: Final[Mapping[Scheme, str]] = {Scheme.EHERKENNING: "eherkenning-level-too-low"}
"""Where people get a higher level in another way than at DigiD, they are told so in other words."""

FOR_OPERATIONS: Final[Mapping[str, str]] = {
    "response.request-denied": "our request was refused there: is the service active, do the clocks agree?",
    "response.no-authn-context": "the level asked is not offered there: is the service enabled for it?",
    "response.request-unsupported": "our request was refused there: are service and level in the catalogue?",
    "service.other": "the answer is for another service: does the catalogue have the UUID that we have?",
    "identifier.undecryptable": "an identifier cannot be decrypted: which certificate of ours is used there?",
    "answer.status": "the artifact was not resolved: are our key and certificate registered there?",
    "answer.issue-instant": "the answer is not of this moment: do the clocks agree?",
    "answer.issuer": "the answer names another issuer: is the provider's metadata the right one?",
    "signature.invalid": "the signature fits none of the known keys: has its certificate been renewed?",
    "signature.missing": "what must be signed is not: what does the provider know of our metadata?",
    "metadata.ended": "the provider's metadata or certificates have ended: is there new metadata?",
    "channel.redirect": "the back channel answered with a redirect: is its address the right one?",
    "channel.status": "the back channel turned us away: is our client certificate registered?",
    "channel.content-type": "the back channel does not speak SOAP: is its address the right one?",
    "channel.soap-fault": "the back channel refused our question with a SOAP fault: is its address right?",
    "channel.tls": "the back channel failed in TLS: are its certificate and ours valid, and our roots right?",
}
"""Reasons that repeat for everybody until somebody mends them: what to look at first."""


def notice_of(scheme: Scheme, outcome: Cancelled | Failed | Unavailable) -> str:
    """The code of the message that people read when the provider did not vouch for them."""
    match outcome:
        case Cancelled():
            return f"{scheme.value}-cancelled"
        case Failed():
            notice = _NOTICE_OF_REASON.get(outcome.reason)
            return f"{scheme.value}-failed" if notice is None else in_words_of(scheme, notice)
        case Unavailable():
            return f"{scheme.value}-unavailable"
        case _:
            assert_never(outcome)


def in_words_of(scheme: Scheme, notice: str) -> str:
    """The code of a notice for somebody who came by `scheme`."""
    return _LEVEL_TOO_LOW.get(scheme, notice) if notice == "level-too-low" else notice


def reason_of(outcome: Cancelled | Failed | Unavailable) -> str:
    """The stable code under which the audit log knows it."""
    return "cancelled" if isinstance(outcome, Cancelled) else outcome.reason
