"""People who come to MijnZZ Zakelijk by eHerkenning, in one browser each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from broker.accounts.binding.codes import new_code
from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.roles import RoleId
from broker.wiring.repositories import account_repository, binding_repository
from tests.support.browser import Browser, Page
from tests.support.makelaar import WHOLE_FIRST, Choice, means_of, pass_makelaar
from tests.support.relations import Registry
from tests.support.relying_party import Attempt, RelyingParty, Tokens
from tests.support.servers import running_redis
from tests.support.system import Plan, System, running_system, someone

MIJNZZ = "mijnzz-zakelijk"
BY_POST = {'answer_binding = "artifact"': 'answer_binding = "post"'}
BOTH_BINDINGS: dict[str, dict[str, str]] = {"artifact": {}, "post": BY_POST}


@contextmanager
def system_by(binding: str, folder: Path, pki: Path, template: bytes) -> Iterator[System]:
    """The whole broker, with answers by artifact or by POST, on a Redis of its own."""
    file = folder / "voordeur.sqlite3"
    file.write_bytes(template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(pki, redis.url, f"sqlite:///{file}", replaced=BOTH_BINDINGS[binding])
        with running_system(folder, plan) as running:
            yield running


def portal_of(system: System, name: str = MIJNZZ) -> RelyingParty:
    """The portal's own software."""
    registered = system.settings.portals[name].client
    keys = json.loads((system.state / f"portals/{name}.private.jwks").read_text())["keys"]
    return RelyingParty(
        system.broker,
        system.issuer,
        keys,
        system.clock,
        client_id=registered.client_id,
        redirect_uri=registered.redirect_uris[0],
    )


def handed_out(
    system: System, person: str, *, state: AccountState = AccountState.INVITED, company: int = 0
) -> Account:
    """An account that somebody made for this person, with a role for a contract of their organisation."""
    email = f"{person}-{uuid4().hex[:8]}@bedrijf.example"
    made = account_repository(system.stores).add_business(
        "zz", someone(person).name, email, state=state, new_id=AccountId(str(uuid4()))
    )
    assert isinstance(made, Account)
    stores, organisation = system.stores, means_of(person).mandates[company].organisation
    registry = Registry(stores.database, stores.keys, stores.clock)
    contract = registry.collectivity(
        str(uuid4().int % 10**9).rjust(9, "7"),
        f"Collectief {organisation.name}",
        brand="zz",
        kvk=organisation.kvk,
        organisation=organisation.name,
    )
    registry.give(made, contract, RoleId("financieel"))
    return made


def code_for(system: System, account: Account, *, days: float = 14) -> str:
    """A code that binds to this account, as a mail would bring it."""
    code = new_code()
    until = system.stores.clock() + timedelta(days=days)
    binding_repository(system.stores).keep_code(account, code, expires_at=until)
    return code


@dataclass
class Worker:
    """Somebody at work: who, and what they choose at the makelaar."""

    system: System
    person: str
    choice: Choice = WHOLE_FIRST
    browser: Browser = field(init=False)
    attempt: Attempt = field(init=False)
    _redeemed: dict[str, Tokens] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser = self.system.browser()

    @property
    def page(self) -> Page:
        """What the browser shows."""
        return self.browser.page

    def arrive(self, **changes: str) -> Page:
        """From the portal to our page, or wherever that leads."""
        self.attempt = portal_of(self.system).begin(**changes)
        return self.browser.open(self.attempt.url)

    def come(self, **changes: str) -> Page:
        """By eHerkenning, from the portal's request to where the answer led."""
        self.arrive(**changes)
        pass_makelaar(self.browser, self.person, self.choice)
        return self.page

    def bound(self, account: Account | None = None) -> Account:
        """Bind this person, with this choice, to an account (a new one if none is told); then they are in."""
        owned = account or handed_out(self.system, self.person, company=self.choice.company)
        code = code_for(self.system, owned)
        self.come()
        self.browser.press("Koppelen en inloggen", code=code)
        return owned

    def tokens(self) -> Tokens:
        """What the portal then knows; a code is redeemed once."""
        url = self.page.url
        if url not in self._redeemed:
            self._redeemed[url] = portal_of(self.system).tokens(url, self.attempt)
        return self._redeemed[url]
