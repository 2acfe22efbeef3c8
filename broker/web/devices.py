"""The browser as a device that an account was used on: its cookie, what is remembered of it, who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Response, request

from broker.domain.accounts import Account
from broker.domain.auditing import Together
from broker.providers.base import KnownDevice
from broker.sessions.secrets import new_secret
from broker.sessions.session import LoginDevice
from broker.storage.known_devices import KnownDevices
from broker.web import cookies
from broker.web.source_address import source_block

_LONGEST_LABEL = 200


class DeviceLetters(Protocol):
    """Tells people by mail where their account was used."""

    def new_device(self, account: Account, user_agent: str, at: datetime) -> None:
        """Queue the mail, within the transaction at hand."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceBook:
    """The devices of accounts, and the mail about a new one; `together` is one transaction for both."""

    known: KnownDevices
    letters: DeviceLetters
    together: Together


def device_of_request(brand: str) -> KnownDevice | None:
    """What this browser says it is; it says so itself, so that only the account's own list makes it known."""
    token = cookies.device_token(request, brand)
    return KnownDevice(token) if token else None


def login_device() -> LoginDevice:
    """What the session of a login remembers of where it began."""
    return LoginDevice(request.user_agent.string[:_LONGEST_LABEL], source_block())


def remember_device(
    response: Response, book: DeviceBook, account: Account, *, is_first_login: bool, now: datetime
) -> None:
    """The account was used here: strangers elsewhere who try its password do not stand in this browser's way.

    Its owner is told of a device that is new, but for the first one after a password was chosen: choosing it
    made all devices strange, and was told of by itself.
    A browser keeps its token for every account that is used on it.
    """
    token = cookies.device_token(request, account.brand) or new_secret()
    label = request.user_agent.string[:_LONGEST_LABEL]
    with book.together():
        is_new = book.known.seen(account.id, token, label=label, network_block=source_block(), at=now)
        if is_new and not is_first_login:
            book.letters.new_device(account, label, now)
    cookies.set_device(response, account.brand, token)
