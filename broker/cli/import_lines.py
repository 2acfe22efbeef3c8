"""Rows about accounts: from texts to values, every fault in words that repeat nothing of the row."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.accounts.passwords.policy import faults_in
from broker.domain.bsn import Bsn, InvalidBsn
from broker.domain.email_address import InvalidEmailAddress, parse_email_address
from broker.domain.person_name import InvalidName, parse_person_name
from broker.domain.second_factors import FactorKind
from broker.mfa.phone_numbers import InvalidPhoneNumber, PhoneFault, parse_phone_number
from broker.settings import Settings

_CONSUMER_KEYS = frozenset({"kind", "brand", "bsn", "name", "email"})
_BUSINESS_KEYS = frozenset({"kind", "brand", "name", "email"})
_CREDENTIALS = frozenset({"password", "phone", "totp_secret"})
_SHORTEST_SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewConsumer:
    """Somebody who comes with DigiD."""

    brand: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    bsn: Bsn


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number (E.164) that codes go to: by text to a mobile phone, read out to any other."""

    kind: FactorKind
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewBusinessUser:
    """Somebody who comes with an address and a password; without a password, somebody who is invited.

    `totp_secret` is the key of an authenticator app, as bytes.
    """

    brand: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    phone: Telephone | None = field(default=None, repr=False)
    totp_secret: bytes | None = field(default=None, repr=False)


NewAccount = NewConsumer | NewBusinessUser


def is_account(kind: str) -> bool:
    """Whether rows of this kind are read here."""
    return kind in _KINDS


def parse_account(values: Mapping[str, str], settings: Settings) -> NewAccount:
    """One row; `ValueError` with a sentence that repeats nothing of it."""
    account = _KINDS[values["kind"]](values)
    if account.brand not in settings.brands:
        raise ValueError("brand is not one of the configuration")
    return account


def _consumer(raw: Mapping[str, str]) -> NewConsumer:
    if raw.keys() != _CONSUMER_KEYS:
        raise ValueError(f"must be an object with exactly the texts {', '.join(sorted(_CONSUMER_KEYS))}")
    try:
        bsn = Bsn(raw["bsn"])
    except InvalidBsn as error:
        raise ValueError(str(error)) from None
    return NewConsumer(raw["brand"], _name(raw), _email(raw), bsn)


def _business_user(raw: Mapping[str, str]) -> NewBusinessUser:
    if not _BUSINESS_KEYS <= raw.keys() <= _BUSINESS_KEYS | _CREDENTIALS:
        allowed = f"{', '.join(sorted(_BUSINESS_KEYS))}, and may have {', '.join(sorted(_CREDENTIALS))}"
        raise ValueError(f"must be an object with the texts {allowed}")
    if "password" not in raw and raw.keys() & _CREDENTIALS:
        raise ValueError("phone and totp_secret go with a password: who is invited sets them up later")
    return NewBusinessUser(
        brand=raw["brand"],
        name=_name(raw),
        email=_email(raw),
        password=_password(raw),
        phone=_telephone(raw["phone"]) if "phone" in raw else None,
        totp_secret=_totp_key(raw["totp_secret"]) if "totp_secret" in raw else None,
    )


def _name(raw: Mapping[str, str]) -> str:
    """As from somebody who registers: it is shown to others, and stands in mails."""
    try:
        return parse_person_name(raw["name"])
    except InvalidName as error:
        raise ValueError(f"name is refused: {error.fault.value}") from None


def _email(raw: Mapping[str, str]) -> str:
    try:
        return parse_email_address(raw["email"]).text
    except InvalidEmailAddress:
        raise ValueError("email is not an address that mail can be sent to") from None


def _password(raw: Mapping[str, str]) -> str | None:
    password = raw.get("password")
    if password is None:
        return None
    # The same that people are held to who choose one themselves.
    faults = faults_in(password, context=(raw["name"], raw["email"], raw["brand"]))
    if faults:
        raise ValueError(f"password is refused: {', '.join(faults)}")
    return password


def _telephone(typed: str) -> Telephone:
    try:
        return Telephone(FactorKind.SMS, parse_phone_number(typed, FactorKind.SMS).e164)
    except InvalidPhoneNumber as error:
        if error.fault is not PhoneFault.NOT_MOBILE:
            raise ValueError(f"phone is refused: {error.fault.value}") from None
    try:
        return Telephone(FactorKind.VOICE, parse_phone_number(typed, FactorKind.VOICE).e164)
    except InvalidPhoneNumber as error:
        raise ValueError(f"phone is refused: {error.fault.value}") from None


def _totp_key(text: str) -> bytes:
    """The key of an authenticator app, from base32 as apps show it (RFC 4648 section 6, padding left out)."""
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise ValueError("totp_secret is not in base32") from None
    if len(key) < _SHORTEST_SECRET_BYTES:
        # RFC 4226 section 4, requirement 6.
        raise ValueError(f"totp_secret must hold {_SHORTEST_SECRET_BYTES} bytes or more")
    return key


_KINDS: Mapping[str, Callable[[Mapping[str, str]], NewAccount]] = {
    "consumer_account": _consumer,
    "business_account": _business_user,
}
ACCOUNT_KINDS = tuple(_KINDS)
