"""Jelle, who has DigiD and no account at Mijn CZ, and the mail that he gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from broker.domain.bsn import Bsn
from broker.storage.schema import ACCOUNTS, METADATA
from broker.wiring.repositories import account_repository
from tests.support.browser import Browser, Page
from tests.support.mailbox import Post, Received, running_post
from tests.support.relying_party import Attempt
from tests.support.system import System, digid_of

NAME = "Jelle Hoekstra"
EMAIL = "jelle.hoekstra@post.example"
READY = "Uw account is klaar"
MAILED = "Controleer uw e-mail"
FORM = "Maak uw Mijn CZ-account"


@dataclass
class Newcomer:
    """One person without an account, in one browser, at one system."""

    system: System
    post: Post
    browser: Browser
    attempt: Attempt = field(init=False)

    @property
    def page(self) -> Page:
        """What the browser shows."""
        return self.browser.page

    def arrive(self) -> Page:
        """From the portal through DigiD to the registration page."""
        self.attempt = self.system.portal().begin()
        self.system.log_in(self.browser, self.attempt.url, "jelle")
        return self.page

    def fill_in(self, name: str = NAME, email: str = EMAIL) -> Page:
        """Send the form."""
        return self.browser.press("Verder", name=name, email=email)

    def ask_mail(self, name: str = NAME, email: str = EMAIL) -> Page:
        """The form, and the word that it is right."""
        self.fill_in(name, email)
        return self.browser.press("Ja, dit klopt")

    def mailed(self, email: str = EMAIL) -> Received:
        """All the way to the mail."""
        self.arrive()
        self.ask_mail(email=email)
        return self.post.deliver()

    def elsewhere(self) -> Newcomer:
        """The same person in another browser."""
        return Newcomer(self.system, self.post, self.system.browser())

    def open_link(self, mail: Received) -> Page:
        """Follow the link from the mail program and press the button."""
        self.browser.follow_link_from_elsewhere(mail.link)
        return self.browser.press("Bevestigen")

    @property
    def is_in(self) -> bool:
        """Whether the browser is at the portal with a code."""
        return "code" in self.system.portal().answer(self.page.url)

    def log_in_again(self) -> dict[str, object]:
        """A later login of the same person; the claims."""
        portal = self.system.portal()
        attempt = portal.begin()
        return portal.tokens(self.system.log_in(self.browser, attempt.url, "jelle"), attempt).claims


def has_account(system: System) -> bool:
    """Whether Jelle has an account at CZ."""
    return account_repository(system.stores).find_by_digid("cz", Bsn(digid_of("jelle").bsn)) is not None


def count_accounts(system: System) -> int:
    """How many accounts there are."""
    with system.stores.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar_one()


def everything_in_sql(system: System) -> str:
    """All rows of all tables, as text."""
    with system.stores.database.reading() as connection:
        return "".join(
            repr(tuple(row)) for table in METADATA.sorted_tables for row in connection.execute(select(table))
        )


def everything_in_redis(system: System) -> dict[str, tuple[bytes, int]]:
    """Every key with what it holds and the seconds it has left (-1: for ever)."""
    found = {}
    for _, server in system.stores.redis.each_server():
        for key in server.scan_iter():
            found[key.decode()] = (server.dump(key) or b"", int(server.ttl(key)))
    return found


@pytest.fixture
def newcomer(own_system: System) -> Iterator[Newcomer]:
    """Jelle before his first login, at a system of his own."""
    with running_post(own_system) as post:
        yield Newcomer(own_system, post, own_system.browser())
