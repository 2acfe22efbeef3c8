"""Made-up matters of a collectivity, always the same for the same one: people, bills, contract, letters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from demo.portals.business import Table, TableMaker
from demo.portals.fiction import Draw, dutch, euros
from demo.portals.relations import Relation

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_INITIALS = "ABCDEFGHIJKLMNOPRSTVWYZ"
_SURNAMES = (
    "de Boer", "van Dijk", "Oosterhuis", "Rahimi", "Vermeulen", "Kuipers", "Yildiz", "van der Velde",
    "Haddad", "Scholten", "Nguyen", "Brouwer", "Pinas", "Hendriks", "El Idrissi", "Wiersma", "Da Silva",
    "Prins", "Mensah", "Veenstra", "Kaya", "Molenaar", "Sukarno", "Dijkstra", "van Leeuwen", "Postma",
)  # fmt: skip
_FEWEST, _MOST = 9, 24


def insured(relation: Relation, today: date) -> Table:
    """Everybody who is insured by way of this collectivity."""
    rows = tuple(
        (name, number, dutch(born), dutch(since)) for name, number, born, since in _people(relation, today)
    )
    columns = ("Naam", "Verzekeringsnummer", "Geboortedatum", "Verzekerd sinds")
    return Table(columns, rows, find="Naam of verzekeringsnummer")


def participants(relation: Relation, today: date) -> Table:
    """The same people in the words of Zorg en Zekerheid."""
    rows = tuple(
        (name, number, dutch(born), dutch(since), "–")
        for name, number, born, since in _people(relation, today)
    )
    columns = ("Volledige naam", "Relatienummer", "Geboortedatum", "Ingangsdatum", "Einddatum")
    return Table(columns, rows, find="Naam, geboortedatum of relatienummer")


def former_participants(relation: Relation, today: date) -> Table:
    """Those who left during the last two years."""
    draw = Draw(f"left {relation.number}")
    rows = tuple(
        (name, number, dutch(born), dutch(today - timedelta(days=40 + 61 * place)))
        for place, (name, number, born) in enumerate(_identities(draw, draw.between(3, 8, "count")))
    )
    columns = ("Volledige naam", "Relatienummer", "Geboortedatum", "Einddatum")
    return Table(columns, rows, find="Naam, geboortedatum of relatienummer")


def comings_and_goings(relation: Relation, today: date) -> Table:
    """Who came and who left, the newest first."""
    draw = Draw(f"moves {relation.number}")
    rows = tuple(
        (dutch(today - timedelta(days=12 + 17 * place)), name, number, _kind_of_move(draw, place))
        for place, (name, number, _) in enumerate(_identities(draw, 6))
    )
    return Table(("Datum", "Volledige naam", "Relatienummer", "In- of uitstroom"), rows)


def use_of_contract(relation: Relation, today: date) -> Table:
    """How many people took part at the end of each of the last six months."""
    draw, rows, count = Draw(f"use {relation.number}"), [], _count(relation)
    for month in _past_months(today, 6):
        came, left = draw.below(4, f"came {month}"), draw.below(3, f"left {month}")
        rows.append((month, str(count), f"{came - left:+d}", str(came), str(left)))
        count = max(1, count - came + left)
    columns = ("Maand", "Aantal deelnemers", "Verschil", "Ingestroomd", "Uitgestroomd")
    return Table(columns, tuple(rows))


def bills(relation: Relation, today: date) -> Table:
    """The bills of the last four months; the newest is still open."""
    draw = Draw(f"bills {relation.number}")
    first = draw.between(600_000, 900_000, "first")
    rows = tuple(
        (str(first - place), month, euros(_premium(relation, draw, place)), "Betaald" if place else "Open")
        for place, month in enumerate(_past_months(today, 4))
    )
    return Table(("Factuur", "Maand", "Bedrag", "Stand"), rows)


def specifications(relation: Relation, today: date) -> Table:
    """The bills with the list of what they are made of."""
    rows = tuple(
        (month, bill, f"Borderel {relation.number} {month}", amount)
        for bill, month, amount, _ in bills(relation, today).rows
    )
    return Table(("Maand", "Factuur", "Borderel", "Bedrag"), rows)


def contract(relation: Relation, today: date) -> Table:
    """What was agreed for this year."""
    draw = Draw(f"contract {relation.number}")
    paid = draw.one_of(("Via het salaris van de medewerkers", "Per factuur aan de organisatie"), "paid")
    rows = (
        ("Collectiviteit", relation.name),
        ("Collectiviteitsnummer", relation.number),
        ("Klantnummer", relation.customer_number),
        ("Looptijd", f"01-01-{today.year} tot en met 31-12-{today.year}"),
        ("Betaling", paid),
        ("Aantal verzekerden", str(_count(relation))),
        ("Korting op de aanvullende verzekering", f"{draw.between(4, 10, 'discount')} %"),
    )
    return Table(("Onderdeel", "Afspraak"), rows)


def facts(*rows: tuple[str, tuple[str, ...]]) -> TableMaker:
    """A table of agreements, each one of a few that are drawn for the relation."""

    def of(relation: Relation, _today: date) -> Table:
        draw = Draw(f"facts {relation.number}")
        drawn = tuple((subject, draw.one_of(choices, subject)) for subject, choices in rows)
        return Table(("Onderdeel", "Afspraak"), drawn)

    return of


def figures(*subjects: str) -> TableMaker:
    """A table of numbers, this quarter beside the one before."""

    def of(relation: Relation, _today: date) -> Table:
        draw = Draw(f"figures {relation.number}")
        rows = tuple(
            (subject, f"{draw.between(2, 96, subject)}", f"{draw.between(2, 96, f'before {subject}')}")
            for subject in subjects
        )
        return Table(("Onderwerp", "Dit kwartaal", "Vorig kwartaal"), rows)

    return of


def letters(*subjects: str) -> TableMaker:
    """What we wrote lately, the newest first."""

    def of(relation: Relation, today: date) -> Table:
        draw, day, rows = Draw(f"letters {relation.number}"), today, []
        for subject in subjects:
            day -= timedelta(days=draw.between(3, 20, subject))
            rows.append((dutch(day), subject))
        return Table(("Datum", "Onderwerp"), tuple(rows))

    return of


def _count(relation: Relation) -> int:
    return Draw(relation.number).between(_FEWEST, _MOST, "count")


def _people(relation: Relation, today: date) -> Iterator[tuple[str, str, date, date]]:
    draw = Draw(f"people {relation.number}")
    for place, (name, number, born) in enumerate(_identities(draw, _count(relation))):
        years = draw.below(9, f"since {place}")
        yield name, number, born, date(today.year - years, 1, 1)


def _identities(draw: Draw, count: int) -> Iterator[tuple[str, str, date]]:
    first = draw.between(400_000, 480_000, "numbers")
    for place in range(count):
        initial, surname = draw.one_of(_INITIALS, f"initial {place}"), _SURNAMES[(place * 7 + first) % 26]
        number = f"{first + place * 13:06d}{draw.between(100, 999, f'tail {place}')}"
        born = draw.day(date(1960, 1, 1), date(2004, 12, 31), f"born {place}")
        yield f"{initial}. {surname}", f"{number[:3]} {number[3:6]} {number[6:]}", born


def _kind_of_move(draw: Draw, place: int) -> str:
    return draw.one_of(("Aangemeld", "Afgemeld"), f"move {place}")


def _premium(relation: Relation, draw: Draw, place: int) -> int:
    return _count(relation) * (13_500 + 25 * draw.below(80, f"premium {place}"))


def _past_months(today: date, count: int) -> Iterator[str]:
    """The months before this one, the newest first, each with its year."""
    for back in range(1, count + 1):
        whole = today.year * 12 + today.month - 1 - back
        yield f"{MONTHS[whole % 12]} {whole // 12}"
