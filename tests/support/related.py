"""The whole broker with portals that open to roles, and people who have some: two portals of one brand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from broker.app import create_app
from broker.domain.collectivity import NO_CONTACT, Collectivity, ContactDetails
from broker.domain.roles import Role, RoleId
from broker.settings import Portal, Settings
from broker.settings.access_section import Access
from broker.settings.roles_section import RoleSection
from tests.support.business import IZA, READABLE, VGZ, ZAKELIJK, Business, Colleague, running_business
from tests.support.one_brand import ONE_BRAND
from tests.support.relations import CATALOGUE, MANAGER, MEMBERS, REPORTS, Registry
from tests.support.relying_party import Attempt
from tests.support.servers import running_redis
from tests.support.system import Plan, prepared_system

CLAIMS = (
    "name",
    "account_type",
    "collectivities",
    "collectivity",
    "collectivity_details",
    "organisation",
    "roles",
    "roles_withheld",
)
ACCESS: dict[str, dict[str, Any]] = {
    # Reports take an app, and so does downloading them; members may be changed with any factor.
    ZAKELIJK: {
        "roles": (MANAGER, REPORTS, MEMBERS),
        "rules": (
            {"role": REPORTS, "minimum_level": {"password": "totp"}},
            {"role": REPORTS, "action": "download-report", "minimum_level": {"password": "totp"}},
            {"role": MEMBERS, "action": "change-member"},
        ),
    },
    IZA: {"roles": (MEMBERS,)},
    VGZ: {
        "roles": (MANAGER, REPORTS, MEMBERS),
        "rules": ({"role": REPORTS, "minimum_level": {"password": "totp"}},),
    },
}


def with_access(settings: Settings, access: dict[str, dict[str, Any]] = ACCESS) -> Settings:
    """The settings with these tables `[access]`, claims to match, and one catalogue at every brand."""
    portals = {name: _opened(portal, access.get(name)) for name, portal in settings.portals.items()}
    roles = {role.id: _section(role) for role in CATALOGUE.roles.values()}
    brands = {name: brand.model_copy(update={"roles": roles}) for name, brand in settings.brands.items()}
    return replace(settings, portals=portals, brands=brands)


def open_by_roles(config: Path) -> None:
    """Let roles open Mijn CZ Zakelijk in this copy of the sample, for processes that read files."""
    file = config / f"portals/{ZAKELIJK}.toml"
    words = file.read_text(encoding="utf-8")
    if "[access]" not in words:
        told = json.dumps(["collectivities", "collectivity", "roles", "organisation"])[1:-1]
        words = words.replace("allow = [", f"allow = [{told}, ")
        words += f"\n[access]\nroles = {json.dumps([MANAGER, REPORTS, MEMBERS])}\n"
    file.write_text(words, encoding="utf-8")


def _opened(portal: Portal, access: dict[str, Any] | None) -> Portal:
    if access is None:
        return portal.model_copy(update={"access": None})
    claims = portal.claims.model_copy(update={"allow": CLAIMS})
    client = portal.client.model_copy(update={"grant_types": ("authorization_code", "refresh_token")})
    return portal.model_copy(
        update={"access": Access.model_validate(access), "claims": claims, "client": client}
    )


def _section(role: Role) -> RoleSection:
    return RoleSection(
        label_nl=role.label_nl,
        label_en=role.label_en,
        may_grant=tuple(role.may_grant),
        combinable=role.combinable,
    )


@dataclass
class Grant:
    """What a portal holds after a login: tokens, and what they say."""

    person: Colleague
    body: dict[str, Any]
    claims: dict[str, Any]

    @classmethod
    def of(cls, person: Colleague, body: dict[str, Any]) -> Grant:
        """From an answer of the token endpoint."""
        return cls(person, body, person.portal.read_id_token(body["id_token"]))

    @property
    def hint(self) -> str:
        """The signed ID token, out of its envelope."""
        return self.person.portal.open_id_token(self.body["id_token"])

    def userinfo(self) -> dict[str, Any] | None:
        """What userinfo tells now; None when the access token is good for nothing."""
        answer = self.person.portal.userinfo(self.body["access_token"])
        return answer.json if answer.status_code == 200 else None

    def refresh(self) -> Grant | None:
        """The next tokens; None when there are none any more."""
        answer = self.person.portal.post_token(
            {"grant_type": "refresh_token", "refresh_token": self.body["refresh_token"]}
        )
        assert answer.json is not None
        if answer.status_code != 200:
            assert answer.json["error"] == "invalid_grant"
            return None
        return Grant.of(self.person, answer.json)

    def introspect(self) -> dict[str, Any]:
        """What the portal is told about its access token."""
        return posted(self.person, "/oauth2/introspect", {"token": self.body["access_token"]})

    def search(self, **asked: str) -> tuple[int, dict[str, Any]]:
        """Status and content of a search with the access token."""
        answer = self.person.system.broker_answer(
            f"{self.person.system.issuer}/oauth2/collectivities",
            method="GET",
            query_string=urlencode(asked),
            headers={"Authorization": f"Bearer {self.body['access_token']}"},
        )
        return answer.status_code, answer.json or {}


def posted(person: Colleague, path: str, form: dict[str, str]) -> dict[str, Any]:
    """What a machine endpoint answers the portal, which proves itself."""
    proof = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": person.portal.assertion(),
    }
    answer = person.system.broker_answer(
        f"{person.system.issuer}{path}", method="POST", data={**form, **proof}
    )
    return answer.json or {}


def details(number: str | None = None, *actions: str) -> str:
    """`authorization_details` for a collectivity, and for actions."""
    asked: dict[str, Any] = {"type": "collectivity"}
    if number is not None:
        asked["identifier"] = number
    if actions:
        asked["actions"] = list(actions)
    return json.dumps([asked])


@dataclass
class Related:
    """The system, and the collectivities in it."""

    business: Business
    registry: Registry

    def collectivity(
        self,
        name: str,
        *,
        brand: str = "cz",
        organisation: str = "Bakkerij De Korenaar B.V.",
        contact: ContactDetails = NO_CONTACT,
    ) -> Collectivity:
        """A new collectivity with a number of its own."""
        number = f"9{len(self._numbers):05d}"
        self._numbers.append(number)
        return self.registry.collectivity(
            number, name, brand=brand, organisation=organisation, contact=contact
        )

    def __post_init__(self) -> None:
        self._numbers: list[str] = []

    def colleague(self, portal: str = ZAKELIJK, *, language: str = "nl") -> Colleague:
        """Somebody new with an authenticator app."""
        return self.business.colleague(portal, language=language).with_app()

    def with_roles(
        self, *given: tuple[Collectivity, tuple[RoleId, ...]], portal: str = ZAKELIJK, language: str = "nl"
    ) -> Colleague:
        """Somebody new with these roles."""
        person = self.colleague(portal, language=language)
        for collectivity, roles in given:
            self.registry.give(person.account, collectivity, *roles)
        return person


def pass_login(person: Colleague, **changes: str) -> None:
    """Password and code; the browser is wherever that leads."""
    person.log_in(**changes)
    # An app shows the next code after half a minute, and each is good once.
    person.system.clock.advance(30)
    person.browser.press("Code bevestigen", code=person.app_code())


def redeemed(person: Colleague, attempt: Attempt | None = None) -> Grant:
    """The tokens for the code with which the browser is back at the portal."""
    used = attempt or person.attempt
    answer = person.portal.answer(person.page.url)
    assert "code" in answer, answer
    body = person.portal.redeem(answer["code"], used).json
    assert body is not None
    assert "id_token" in body, body
    return Grant.of(person, body)


def entered(person: Colleague, **changes: str) -> Grant:
    """Log in all the way."""
    pass_login(person, **changes)
    return redeemed(person)


def asked_silently(person: Colleague, hint: str | None, **changes: str) -> dict[str, str]:
    """What the portal gets when nothing may be shown."""
    given = {"prompt": "none", **({"id_token_hint": hint} if hint else {}), **changes}
    person.arrive(**given)
    return person.portal.answer(person.page.url)


def switched(before: Grant, number: str) -> Grant:
    """The portal goes over to another collectivity."""
    answer = asked_silently(before.person, before.hint, authorization_details=details(number))
    assert "code" in answer, answer
    return redeemed(before.person)


@contextmanager
def running_related(
    folder: Path, demo_pki: Path, sqlite_template: bytes, *, one_brand: bool = True
) -> Iterator[Related]:
    """Everything together."""
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        words = READABLE | ONE_BRAND if one_brand else READABLE
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=words)
        with prepared_system(folder, plan, _not_serving) as system:
            system.settings = with_access(system.settings)
            system.broker = create_app(system.settings)
            stores = system.stores
            registry = Registry(stores.database, stores.keys, stores.clock)
            with running_business(system) as business:
                yield Related(business, registry)


def _not_serving(_environ: object, _start: object) -> list[bytes]:
    raise AssertionError("the broker is not there yet")
