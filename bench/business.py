"""Who comes to MijnZZ Zakelijk by eHerkenning: accounts with a role, bound to who they are there."""

from __future__ import annotations

import json
from datetime import timedelta

from bench.load import Sites, Visitor
from bench.makelaar import COMPANY, PEOPLE, username
from bench.portal import Portal
from bench.stage import Stage, run_broker
from bench.upstream import Makelaar
from broker.accounts.binding.codes import new_code
from broker.domain.identity import EherkenningIdentity
from broker.domain.organisation import KvkNumber
from broker.domain.representation import LegalSubject
from broker.settings import Settings, load_settings
from broker.storage.accounts import AccountRepository
from broker.wiring.repositories import binding_repository
from broker.wiring.stores import Stores, open_stores
from demo.eherkenning.pseudonyms import pseudonym

BRAND, CLIENT_ID, CALLBACK = "zz", "mijnzz-zakelijk", "http://127.0.0.1:8405/callback"
_COLLECTIVITY, _ROLE = "9998", "financieel"
_OIN_FIELD = 3
"""Of an entityID of the scheme: urn:etoegang:DV:<OIN>:…"""


def business_visitor(stage: Stage) -> Visitor:
    """A browser of theirs."""
    sites: Sites = stage.sites
    portal = Portal.of_state(stage.state, CLIENT_ID, CALLBACK)
    return Visitor(sites, portal=portal, upstream=Makelaar(sites.makelaar))


def add_bound_people(stage: Stage) -> None:
    """Everybody whom the makelaar names, each with an account that is bound already."""
    file = stage.state / "work.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in _rows()), encoding="utf-8")
    run_broker(stage, "import", str(file))
    settings = load_settings(stage.config, stage.environment)
    stores = open_stores(settings)
    _bind(settings, stores)
    stores.database.close()
    stores.redis.close()


def _rows() -> list[dict[str, str]]:
    owner = {"kvk": COMPANY.kvk, "name": COMPANY.name}
    rows: list[dict[str, str]] = [
        {"kind": "organisation", **owner},
        {"kind": "collectivity", "number": _COLLECTIVITY, "customer_number": _COLLECTIVITY, **owner},
    ]
    for number in range(PEOPLE):
        work = {"email": _email(number), "collectivity": _COLLECTIVITY}
        rows += [
            {"kind": "business_account", "name": "Mees Meter", "email": _email(number)},
            {"kind": "membership", **work},
            {"kind": "role_grant", "role": _ROLE, **work},
        ]
    return [{**row, "brand": BRAND} for row in rows]


def _bind(settings: Settings, stores: Stores) -> None:
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    bindings, own = binding_repository(stores), settings.brands[BRAND].eherkenning
    if own is None:
        raise ValueError("the sample configuration has no eHerkenning any more")
    oin = own.entity_id.split(":")[_OIN_FIELD]
    for number in range(PEOPLE):
        account = accounts.find_any_by_address(BRAND, _email(number))
        if account is None:
            raise ValueError("an account was not imported")
        code, until = new_code(), stores.clock() + timedelta(days=1)
        bindings.keep_code(account, code, expires_at=until)
        named = pseudonym(username(number), COMPANY.kvk, oin)
        identity = EherkenningIdentity(named, LegalSubject(KvkNumber(COMPANY.kvk)))
        if bindings.bind(BRAND, code, identity) is None:
            raise ValueError("a code did not bind")


def _email(number: int) -> str:
    return f"{username(number)}@bedrijf.example"
