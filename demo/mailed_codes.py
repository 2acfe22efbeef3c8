"""Who is mailed a code that binds their eHerkenning, and waiting until those mails have arrived.

Every start of the demo mails them anew: the outbox forgets what it held when it ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import requests

from demo.people import PEOPLE, DemoAccount, Person
from demo.portals.definitions import PORTALS
from demo.supervisor import DemoFailed

ARRIVED_WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.1


def mailed() -> Iterator[tuple[Person, DemoAccount]]:
    """Everybody with eHerkenning and the account that a code binds it to."""
    return ((person, account) for person in PEOPLE for account in person.bindable)


def asked_for() -> Iterator[tuple[Person, tuple[str, str, str]]]:
    """Everybody who is mailed one: the account's brand and address, and the portal that the mail names."""
    portals = {portal.brand: portal.id for portal in PORTALS if portal.business}
    for person, account in mailed():
        yield person, (account.brand, account.email, portals[account.brand])


def wait_for_mails(outbox_url: str, check: Callable[[], None]) -> None:
    """Return once everybody has mail; `check` may raise meanwhile, `DemoFailed` names who got none."""
    deadline = time.monotonic() + ARRIVED_WITHIN_SECONDS
    waiting = [account.email for _, account in mailed()]
    with requests.Session() as session:
        session.trust_env = False
        while waiting:
            check()
            waiting = [address for address in waiting if not _has_mail(session, outbox_url, address)]
            if waiting and time.monotonic() > deadline:
                raise DemoFailed(f"The mail with a code for {waiting[0]} did not arrive.")
            time.sleep(POLL_SECONDS if waiting else 0)


def _has_mail(session: requests.Session, outbox_url: str, address: str) -> bool:
    parameters = {"channel": "mail", "to": address}
    try:
        answer = session.get(f"{outbox_url}/api/messages", params=parameters, timeout=5)
        answer.raise_for_status()
    except requests.RequestException:
        return False
    return bool(answer.json()["messages"])
