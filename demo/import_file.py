"""What ``broker import`` is given at the start of the demo, in the form in which operators write it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from demo.collectivities import DemoCollectivity, collectivities
from demo.people import PEOPLE, AccountKind, DemoAccount, Person
from demo.work import work_of


def import_lines() -> str:
    """Everybody's accounts and everything they work for: one JSON object a line."""
    return account_lines() + collectivity_lines() + work_lines()


def account_lines() -> str:
    """Everybody's accounts."""
    return consumer_account_lines() + business_account_lines()


def consumer_account_lines() -> str:
    """The accounts of people who come with DigiD."""
    return "".join(
        _line(
            kind="consumer_account",
            brand=account.brand,
            bsn=person.digid.bsn,
            name=person.name,
            email=account.email,
        )
        for person, account in _accounts(AccountKind.CONSUMER)
        if person.digid
    )


def business_account_lines() -> str:
    """The accounts of people who come with an address and a password, or were invited to choose one."""
    return "".join(
        _line(
            kind="business_account",
            brand=account.brand,
            name=person.name,
            email=account.email,
            password=account.password,
            phone=account.phone,
            totp_secret=account.totp_secret,
        )
        for person, account in _accounts(AccountKind.BUSINESS)
    )


def collectivity_lines() -> str:
    """The organisations, each once a brand, and their collectivities."""
    every = collectivities().values()
    owners = {(one.brand, one.organisation.kvk, one.organisation.branch): one for one in every}
    organisations = (
        _line(
            kind="organisation",
            brand=one.brand,
            kvk=one.organisation.kvk,
            branch=one.organisation.branch,
            name=one.organisation.name,
        )
        for one in owners.values()
    )
    return "".join((*organisations, *(_collectivity_line(one) for one in every)))


def _collectivity_line(one: DemoCollectivity) -> str:
    return _line(
        kind="collectivity",
        brand=one.brand,
        number=one.number,
        customer_number=one.customer_number,
        name=one.name,
        kvk=one.organisation.kvk,
        branch=one.organisation.branch,
        street=one.street,
        postal_code=one.postal_code,
        city=one.city,
        phones=";".join(one.phones),
        email=one.email,
    )


def work_lines() -> str:
    """Who belongs to which collectivity, and with which roles."""
    return "".join(
        line
        for _, account in _accounts(AccountKind.BUSINESS)
        for number, roles in work_of(account.brand, account.email).items()
        for line in _lines_of_work(account, number, roles)
    )


def _lines_of_work(account: DemoAccount, number: str, roles: tuple[str, ...]) -> Iterator[str]:
    place = {"brand": account.brand, "email": account.email, "collectivity": number}
    yield _line(kind="membership", **place)
    for role in roles:
        yield _line(kind="role_grant", role=role, reason="demonstratie", **place)


def _accounts(kind: AccountKind) -> list[tuple[Person, DemoAccount]]:
    return [(person, account) for person in PEOPLE for account in person.accounts if account.kind is kind]


def _line(**parts: str | None) -> str:
    present = {name: value for name, value in parts.items() if value is not None}
    return json.dumps(present, ensure_ascii=False) + "\n"
