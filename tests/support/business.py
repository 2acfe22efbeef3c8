"""People with an account at a business portal: password, app, telephone, and the whole broker around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.second_factors import FactorKind
from broker.mfa.recovery_codes import digests_of, new_codes
from broker.notify.delivery import Delivery
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from broker.worker import delivery_of
from tests.support.browser import Browser, Page
from tests.support.mailbox import Mailbox, listening
from tests.support.relying_party import Attempt, RelyingParty
from tests.support.servers import running_redis
from tests.support.sms_gateway import GatewayDesk, running_gateway
from tests.support.system import Plan, System, running_system

PASSWORD = "drie groene olifanten"
LANDLINE = "+31201234567"
SECRET = "LGJYJ7GUFBF5T2LN6BPALA6PCRZRJDLY"
ZAKELIJK, IZA, VGZ = "mijn-cz-zakelijk", "mijn-iza", "mijn-vgz-zakelijk"
_FREE_OF_SENDING = 31
_NUMBERS = count(1000)
_BRANDS = {ZAKELIJK: "cz", IZA: "iza", VGZ: "vgz"}
# As in the sample, but for how tokens are signed and enclosed: this suite's portal reads one way.
READABLE = {
    'id_token_signed_response_alg = "PS256"': (
        'id_token_signed_response_alg = "ES256"\nid_token_encrypted_response_alg = "RSA-OAEP-256"'
    ),
    'id_token_signed_response_alg = "ES256"\n\n[login]\nproviders = ["password"]': (
        'id_token_signed_response_alg = "ES256"\nid_token_encrypted_response_alg = "RSA-OAEP-256"'
        '\n\n[login]\nproviders = ["password"]'
    ),
    'id_token_signed_response_alg = "RS256"': 'id_token_signed_response_alg = "ES256"',
    'token_endpoint_auth_method = "client_secret_basic"': 'token_endpoint_auth_method = "private_key_jwt"',
    "client_secret_sha256 = ": "# client_secret_sha256 = ",
    "portals/mijn-cz-zakelijk.public.jwks": "portals/mijn-cz.public.jwks",
    "portals/mijn-iza.public.jwks": "portals/mijn-cz.public.jwks",
    "portals/mijn-vgz-zakelijk.public.jwks": "portals/mijn-cz.public.jwks",
    "portals/mijnzz-zakelijk.public.jwks": "portals/mijn-cz.public.jwks",
    '"email", "assurance"': '"email", "amr", "assurance"',
}


def new_mobile() -> str:
    """A number that no other test has: each may get few codes."""
    return f"+3161234{next(_NUMBERS)}"


@dataclass
class Worker:
    """Mail, texts and calls of a system: what its worker sends ends up here."""

    mailbox: Mailbox
    desk: GatewayDesk
    delivery: Delivery

    def last_code(self) -> str:
        """After one round of the worker: the code in the newest text or call."""
        self.delivery.run()
        found = re.search(r"[0-9](?:, )?(?:[0-9](?:, )?){4}[0-9]", self.desk.taken[-1].body["text"])
        assert found is not None
        return found[0].replace(", ", "")

    def mails_to(self, address: str) -> list[str]:
        """After one round of the worker: the subjects of the mails to this address, oldest first."""
        self.delivery.run()
        return [str(mail.mail["Subject"]) for mail in self.mailbox.received if mail.recipient == address]


@dataclass
class Colleague:
    """Somebody with a password at one portal, in one browser."""

    system: System
    worker: Worker
    portal_name: str
    account: Account
    browser: Browser
    language: str = "nl"
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    attempt: Attempt = field(init=False)

    @property
    def page(self) -> Page:
        """What the browser shows."""
        return self.browser.page

    @property
    def portal(self) -> RelyingParty:
        """The portal's own software."""
        registered = self.system.settings.portals[self.portal_name].client
        keys = json.loads((self.system.state / "portals/mijn-cz.private.jwks").read_text())["keys"]
        return RelyingParty(
            self.system.broker,
            self.system.issuer,
            keys,
            self.system.clock,
            client_id=self.portal_name,
            redirect_uri=registered.redirect_uris[0],
        )

    def arrive(self, **changes: str) -> Page:
        """From the portal to the login page, or wherever that leads."""
        self.attempt = self.portal.begin(**changes)
        return self.browser.open(self.attempt.url)

    def type_password(self, button: str = "Inloggen") -> Page:
        """Address and password, on the login page."""
        return self.browser.press(button, email=self.account.email, password=PASSWORD)

    def log_in(self, **changes: str) -> Page:
        """To the second step, or in where there is none."""
        self.arrive(**changes)
        return self.type_password()

    def at(self, portal_name: str) -> Colleague:
        """The same person and browser at another portal of the brand."""
        return replace(self, portal_name=portal_name)

    def elsewhere(self) -> Colleague:
        """The same person in another browser."""
        return replace(self, browser=self.system.browser(language=self.language))

    def claims(self) -> dict[str, object]:
        """What the portal knows once the browser is back there."""
        return self.portal.tokens(self.page.url, self.attempt).claims

    @property
    def is_in(self) -> bool:
        """Whether the browser is at the portal with a code."""
        at_portal = self.page.url.startswith(self.portal.redirect_uri)
        return at_portal and "code" in self.portal.answer(self.page.url)

    @property
    def has_session(self) -> bool:
        """Whether this browser has a session at the brand."""
        return f"__Host-voordeur-session-{self.account.brand}" in self.browser.cookies(self.system.issuer)

    @property
    def factors(self) -> SecondFactorRepository:
        """Where second factors are kept."""
        return SecondFactorRepository(self.system.stores.database, self.system.stores.keys.columns)

    @property
    def kinds(self) -> list[FactorKind]:
        """What this person has set up."""
        return [factor.kind for factor in self.factors.of_account(self.account.id)]

    def with_app(self) -> Colleague:
        """Give this person an authenticator app."""
        secret = pyotp.TOTP(SECRET).byte_secret()
        assert self.factors.add_totp(self.account.id, secret, 1, self.system.stores.clock())
        return self

    def with_phone(self, number: str | None = None, kind: FactorKind = FactorKind.SMS) -> Colleague:
        """Give this person a telephone."""
        number = number or new_mobile()
        assert self.factors.add_phone(self.account.id, kind, number, self.system.stores.clock())
        return self

    def with_recovery_codes(self) -> Colleague:
        """Give this person recovery codes."""
        self.recovery_codes = new_codes()
        self.factors.replace_codes(self.account.id, digests_of(self.account.id, self.recovery_codes))
        return self

    def app_code(self, *, steps: int = 0, secret: str = SECRET) -> str:
        """What the app shows now, or so many half minutes from now."""
        return pyotp.TOTP(secret).at(self.system.clock() + timedelta(seconds=30 * steps))

    def wrong_code(self, *, secret: str = SECRET) -> str:
        """Six digits that the app does not show for a while."""
        near = {self.app_code(steps=step, secret=secret) for step in range(-2, 3)}
        return next(f"{number:06d}" for number in range(424242, 424252) if f"{number:06d}" not in near)


@dataclass
class Business:
    """The whole broker with its worker; people are added as tests need them."""

    system: System
    worker: Worker
    _hashed: str = field(default="", repr=False)

    def colleague(
        self,
        portal_name: str = ZAKELIJK,
        *,
        language: str = "nl",
        state: AccountState = AccountState.ACTIVE,
        with_password: bool = True,
    ) -> Colleague:
        """Somebody new at the brand of this portal, in a browser of their own."""
        stores, name = self.system.stores, uuid4()
        account = account_repository(stores).add_business(
            _BRANDS[portal_name],
            "Bea Bakker",
            f"bea.{name.hex}@bedrijf.example",
            state=state,
            new_id=AccountId(str(name)),
        )
        assert isinstance(account, Account)
        if with_password:
            self._hashed = self._hashed or password_hashing().hash(PASSWORD)
            PasswordRepository(stores.database).put(account.id, self._hashed, at=stores.clock())
        browser = self.system.browser(language=language)
        return Colleague(self.system, self.worker, portal_name, account, browser, language)

    def pass_time(self, seconds: int = _FREE_OF_SENDING) -> None:
        """Move everybody's clock on: by default until another code may be asked for."""
        self.system.clock.advance(seconds)


@contextmanager
def running_business(system: System) -> Iterator[Business]:
    """The worker of a system, with a mail server and an SMS gateway to send to."""
    mailbox, desk = Mailbox(), GatewayDesk()
    with listening(mailbox) as mail_port, running_gateway(desk) as gateway_port:
        broker = system.settings.broker
        assert broker.mail is not None
        assert broker.sms is not None
        mail = broker.mail.model_copy(update={"port": mail_port})
        sms = broker.sms.model_copy(update={"gateway_url": f"http://127.0.0.1:{gateway_port}/api"})
        moved = broker.model_copy(update={"mail": mail, "sms": sms})
        delivery = delivery_of(replace(system.settings, broker=moved), system.stores)
        assert delivery is not None
        yield Business(system, Worker(mailbox, desk, delivery))


@pytest.fixture(scope="module")
def business(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Business]:
    """The sample's business portals, for all tests of a file: each test adds people of its own."""
    folder = tmp_path_factory.mktemp("business")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=READABLE)
        with running_system(folder, plan) as running, running_business(running) as made:
            yield made
