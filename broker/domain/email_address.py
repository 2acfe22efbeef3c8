"""An e-mail address: checked where it comes in, hidden wherever it is printed, comparable with another."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

_LONGEST = 254
"""Octets of an address in an SMTP path (RFC 5321 section 4.5.3.1.3, without the angle brackets)."""

# Four code points compose to one at most, and spaces are typed around it.
_LONGEST_TYPED = 4 * _LONGEST


class EmailFault(StrEnum):
    """What is wrong with a typed address."""

    MISSING = "email-missing"
    TOO_LONG = "email-too-long"
    MALFORMED = "email-malformed"


class InvalidEmailAddress(ValueError):
    """The text is not an address that mail can be sent to; the message never repeats the text."""

    def __init__(self, fault: EmailFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """One address in three forms, all left out of `repr`.

    `text` is for people, `ascii` for mail (an international domain in its A-label form, RFC 5890), and
    `normal` for comparison: two texts with the same `normal` are one mailbox to us.
    """

    text: str = field(repr=False)
    ascii: str = field(repr=False)

    @property
    def normal(self) -> str:
        """Without regard to case. RFC 5321 2.4 allows a mailbox to care about case; none in use does."""
        return self.ascii.casefold()


def parse_email_address(typed: str) -> EmailAddress:
    """The address that somebody typed; `InvalidEmailAddress` says what is wrong. Asks no name server.

    Quoted local parts, address literals, display names and local parts outside ASCII are refused: hardly
    any mailbox has them, and mail servers on the way disagree about them.
    """
    # The length comes first: composing many loose accents takes time that grows with its square.
    if len(typed) > _LONGEST_TYPED:
        raise InvalidEmailAddress(EmailFault.TOO_LONG)
    text = unicodedata.normalize("NFC", typed).strip()
    if not text:
        raise InvalidEmailAddress(EmailFault.MISSING)
    if len(text) > _LONGEST:
        raise InvalidEmailAddress(EmailFault.TOO_LONG)
    try:
        found = validate_email(text, strict=True, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        raise InvalidEmailAddress(EmailFault.MALFORMED) from None
    if found.ascii_email is None:
        raise InvalidEmailAddress(EmailFault.MALFORMED)
    return EmailAddress(found.normalized, found.ascii_email)


def comparable(text: str) -> str:
    """The form for comparison of any stored text, also of one that would not be accepted today.

    Two mailboxes that a mail server can tell apart never have one form: no letter outside ASCII becomes one
    of ASCII, as the long s and the dotless i would where case is folded.
    """
    try:
        return parse_email_address(text).normal
    except InvalidEmailAddress:
        local, at, domain = unicodedata.normalize("NFC", text).strip().rpartition("@")
        return f"{_in_lower_case(local)}{at}{_comparable_domain(domain)}"


def _comparable_domain(domain: str) -> str:
    try:
        return parse_email_address(f"x@{domain.removesuffix('.')}").normal.partition("@")[2]
    except InvalidEmailAddress:
        return _in_lower_case(domain)


def _in_lower_case(text: str) -> str:
    lowered = ((character, character.lower()) for character in text)
    return "".join(was if lower.isascii() and not was.isascii() else lower for was, lower in lowered)
