"""What passwords are judged with, from the stores: the provider, the hashing, and the limits around them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from broker.abuse.login_guard import LoginGuard, LoginPace
from broker.accounts.passwords.hashing import PasswordHashing
from broker.accounts.passwords.modest_thread import ModestThread
from broker.accounts.passwords.turnstile import Room, Turnstile
from broker.audit.recorder import Auditor
from broker.domain.assurance import Scheme
from broker.domain.events import PasswordsGuessed, Result
from broker.providers.base import AnswersDirectly
from broker.providers.password.provider import Parts, PasswordProvider
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.wiring.limits import allowances
from broker.wiring.stores import Stores


@cache
def password_hashing() -> PasswordHashing:
    """Hashing on this machine's share of cores; one a process, since making it costs a hash.

    Every process of this user shares the places, whatever it was started from.
    """
    places = Path(tempfile.gettempdir()) / f"voordeur-hashing-{os.geteuid()}"
    turnstile = Turnstile(Room.for_cores(os.cpu_count() or 1), places)
    return PasswordHashing(turnstile.passing, thread=ModestThread())


def login_guard(settings: Settings, stores: Stores, auditor: Auditor) -> LoginGuard:
    """How often passwords may be tried; the alarm is an event."""
    limits = settings.broker.limits
    standard = LoginPace()
    pace = replace(
        standard,
        of_network=replace(standard.of_network, most=limits.wrong_passwords_a_quarter),
        alarm=replace(standard.alarm, most=limits.alarm_wrong_passwords_an_hour),
    )

    def alarm(brand: str, in_an_hour: int) -> None:
        auditor.record(PasswordsGuessed(brand=brand, result=Result.REFUSED, in_an_hour=in_an_hour))

    return LoginGuard(allowances(stores), pace, alarm=alarm)


def password_provider(
    stores: Stores, accounts: AccountRepository, hashing: PasswordHashing, guard: LoginGuard
) -> PasswordProvider:
    """Judges addresses and passwords, at every brand."""
    return PasswordProvider(
        Parts(
            accounts=accounts,
            passwords=PasswordRepository(stores.database),
            devices=KnownDevices(stores.database, stores.keys.columns),
            hashing=hashing,
            guard=guard,
        )
    )


def ways_by_password(
    settings: Settings, stores: Stores, accounts: AccountRepository, auditor: Auditor
) -> dict[tuple[str, Scheme], AnswersDirectly]:
    """The provider for each brand that has staff or a portal with passwords; else nothing is made."""
    brands = {portal.brand for portal in settings.portals.values() if Scheme.PASSWORD in portal.login.schemes}
    brands |= {name for name, brand in settings.brands.items() if brand.staff is not None}
    if not brands:
        return {}
    guard = login_guard(settings, stores, auditor)
    provider = password_provider(stores, accounts, password_hashing(), guard)
    return {(brand, Scheme.PASSWORD): provider for brand in brands}
