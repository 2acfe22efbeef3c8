"""Somebody at a portal for organisations, with an honest provider that says where they work and as what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from demo.portals.app import create_app
from demo.portals.definitions import PORTALS, ClientAuth, PortalDefinition
from demo.portals.keys import PortalKeys
from tests.demo.portals.conftest import HandClock, serving
from tests.demo.portals.honest_provider import HonestProvider, visit_provider

BUSINESS = [portal for portal in PORTALS if portal.business]
OWN, OTHER, HIDDEN = "201104", "201105", "999999"
NAMES = {OWN: "Van Laar, kantoor", OTHER: "Van Laar, bouwplaats"}


DETAILS: dict[str, dict[str, Any]] = {
    OWN: {
        "address": {"street": "Steigerkade 4", "postal_code": "5017 AB", "city": "Tilburg"},
        "phones": ["013 555 01 04", "013 555 01 05"],
        "email": "hr@vanlaar-bouw.example",
    },
    OTHER: {"phones": ["013 555 01 06"]},
}


def of_portal(portal_id: str) -> PortalDefinition:
    """The portal with this id."""
    return next(portal for portal in BUSINESS if portal.id == portal_id)


def roles_of(portal: PortalDefinition) -> frozenset[str]:
    """Every role that the portal has words for."""
    assert portal.business
    return frozenset(portal.business.roles.labels)


@dataclass
class Rights:
    """What the broker knows: the roles by collectivity, and which one is active."""

    roles: dict[str, frozenset[str]]
    active: str = OWN
    more: dict[str, Any] = field(default_factory=dict)

    def hear(self, asked: Mapping[str, str]) -> str | None:
        """Work for another one from now on, as the broker does; an error for one without rights."""
        for detail in json.loads(asked.get("authorization_details", "[]")):
            if detail["identifier"] not in self.roles:
                return "access_denied"
            self.active = detail["identifier"]
        return None

    def claims(self) -> dict[str, Any]:
        """As the broker tells them."""
        told: dict[str, Any] = {
            "collectivities": [
                {**_collectivity(number), "roles": sorted(roles)} for number, roles in self.roles.items()
            ],
            "account_type": "business",
        }
        if self.active in self.roles:
            told |= {"collectivity": _collectivity(self.active), "roles": sorted(self.roles[self.active])}
            told["organisation"] = {"kvk": "90001104", "name": "Bouwbedrijf Van Laar B.V."}
        if "collectivities_total" in self.more:
            # The broker lists all of them or none.
            del told["collectivities"]
        return told | self.more

    def details(self) -> dict[str, Any]:
        """As userinfo tells them of the active collectivity."""
        return {"collectivity_details": DETAILS[self.active]} if self.active in DETAILS else {}


def _collectivity(number: str) -> dict[str, str]:
    return {"number": number, "customer_number": "K20110", "name": NAMES[number]}


@dataclass(frozen=True)
class BusinessVisit:
    """A person's browser at one portal, and the provider behind it."""

    portal: PortalDefinition
    browser: FlaskClient
    provider: HonestProvider
    clock: HandClock
    rights: Rights

    def log_in(self) -> None:
        """To the provider and back, to the first page after the login."""
        answer = self.browser.get(visit_provider(self.browser))
        assert (answer.status_code, answer.location) == (303, "/overzicht")

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """A page with this status."""
        answer = self.browser.get(path)
        assert answer.status_code == status
        return BeautifulSoup(answer.text, "html.parser")

    def press_switch(self, number: str) -> TestResponse:
        """Choose a relation: the page that posts itself to the broker."""
        return self.browser.post("/relaties/kies", data={"naar": number}, headers=same_origin())

    def switch(self, number: str) -> TestResponse:
        """Choose a relation, and let the broker answer; gives the portal's answer to the callback."""
        fields = form_fields(self.press_switch(number))
        return self.browser.get(self.provider.answer_to(fields))

    def menu(self) -> dict[str, str]:
        """The menu as it is now: addresses by label."""
        found = self.page("/overzicht").select("nav.menu a")
        return {link.text: str(link["href"]) for link in found}


def same_origin() -> Mapping[str, str]:
    """What a browser says of a form on the portal's own page."""
    return {"Sec-Fetch-Site": "same-origin"}


def form_fields(answer: TestResponse) -> dict[str, str]:
    """The hidden fields of the form on the page that posts itself."""
    assert answer.status_code == 200
    fields = BeautifulSoup(answer.text, "html.parser").select("#doorgaan input[type=hidden]")
    return {str(one["name"]): str(one["value"]) for one in fields}


def start(
    portal: PortalDefinition, rsa: RSAKey, stack: ExitStack, rights: Rights | None = None
) -> BusinessVisit:
    """Somebody who has every role at two collectivities, unless `rights` says otherwise."""
    clock, registration = HandClock(), portal.registration
    elliptic = ECKey.generate_key("P-256", {"kid": "ec-1"})
    by_key = registration.client_auth is ClientAuth.PRIVATE_KEY_JWT
    signing = elliptic if registration.assertion_alg == "ES256" else rsa
    keys = PortalKeys(signing if by_key else None, rsa if registration.encrypted else None)
    provider = HonestProvider(keys, clock, portal, refreshes=True)
    provider.key = elliptic if registration.id_token_alg == "ES256" else rsa
    known = rights or Rights({OWN: roles_of(portal), OTHER: roles_of(portal)})
    provider.hear = known.hear
    provider.inform = known.details
    provider.alter = lambda claims: (
        claims | {"assurance": {"scheme": "password", "level": "totp"}} | known.claims()
    )
    stack.enter_context(serving(provider))
    app = create_app(replace(portal, issuer=provider.issuer), keys, clock)
    return BusinessVisit(portal, app.test_client(), provider, clock, known)
