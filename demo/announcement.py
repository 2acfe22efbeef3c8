"""What the demo prints when it is ready: the addresses and the people, in whatever width there is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from demo.eherkenning.suppliers import SUPPLIERS
from demo.people import PEOPLE, AccountKind
from demo.plan import BROKER_URL, DIGID_URL, EHERKENNING_URL, OUTBOX_URL, Plan
from demo.portals.definitions import PORTALS

_WIDEST = 1000


def announce(console: Console, plan: Plan) -> None:
    """The addresses, the people, and how commands of operators find this demo.

    What is too wide for the terminal is told otherwise, for a table that does not fit loses words.
    """
    _announce_addresses(console)
    people = [_people_with_digid(), _people_with_eherkenning(), _people_with_passwords()]
    if all(_fits(console, table) for table in people):
        console.print(*people, sep="\n")
    else:
        _line(console, f"Iedereen, met wachtwoorden / Everybody, with passwords: {OUTBOX_URL}")
    _line(console, "Beheer, in een andere terminal / Operate, in another terminal:")
    settings = shlex.quote(str(plan.settings_file.absolute()))
    _line(console, f"  . {settings} && {plan.operate('doctor')}")
    console.print("[bold green]Klaar / Ready[/] (Ctrl-C stopt / stops)")
    sys.stdout.flush()


def _announce_addresses(console: Console) -> None:
    rows = list(_addresses())
    table = _table("Adressen / Addresses", "Wat / What", "Waar / Where")
    for row in rows:
        table.add_row(*row)
    if _fits(console, table):
        console.print(table)
        return
    for what, where in rows:
        _line(console, f"{what}\n  {where}")


def _addresses() -> Iterator[tuple[str, str]]:
    for portal in PORTALS:
        yield f"Portaal / Portal {portal.name}", portal.base_url
    yield "Broker", BROKER_URL
    yield "Berichten, telefoons, mensen / Messages, phones, people", OUTBOX_URL
    yield "DigiD (simulator)", DIGID_URL
    yield "eHerkenning (simulator)", EHERKENNING_URL


def _line(console: Console, words: str) -> None:
    """As it is, so that it can be copied whole."""
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def _fits(console: Console, table: Table) -> bool:
    return Measurement.get(console, console.options.update(width=_WIDEST), table).maximum <= console.width


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading)
    return table


def _people_with_digid() -> Table:
    headings = ("Naam / Name", "Voor / For", "DigiD", "Wachtwoord / Password", "PIN", "Telefoon / Phone")
    table = _table("Mensen met DigiD / People with DigiD", *headings)
    for person in PEOPLE:
        if means := person.digid:
            journeys, phone = " ".join(person.journeys), f"{OUTBOX_URL}/phone/{person.id}"
            table.add_row(person.name, journeys, means.username, means.password, means.pin or "–", phone)
    return table


def _people_with_eherkenning() -> Table:
    headings = ("Naam / Name", "Voor / For", "Leverancier / Supplier", "Gebruiker / User")
    more = ("Wachtwoord / Password", "Niveau / Level", "Code")
    table = _table("Mensen met eHerkenning / People with eHerkenning", *headings, *more)
    suppliers = {supplier.id: supplier.name for supplier in SUPPLIERS}
    for person in PEOPLE:
        if means := person.eherkenning:
            journeys, supplier = " ".join(person.journeys), suppliers[means.supplier]
            code = "e-mail (outbox)" if person.bindable else "–"
            who = (person.name, journeys, supplier, means.username, means.password)
            table.add_row(*who, means.level, code)
    return table


def _people_with_passwords() -> Table:
    headings = ("Naam / Name", "Voor / For", "Merk / Brand", "E-mail", "Wachtwoord / Password", "Code")
    table = _table("Mensen met een wachtwoord / People with a password", *headings)
    for person in PEOPLE:
        for account in person.accounts:
            if account.kind is AccountKind.BUSINESS:
                password = account.password or "(uitgenodigd / invited)"
                code = "app" if account.totp_secret else account.phone or "–"
                journeys = " ".join(person.journeys)
                table.add_row(person.name, journeys, account.brand, account.email, password, code)
    return table
