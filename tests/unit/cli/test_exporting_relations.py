"""`broker export` writes what `broker import` takes; `broker role` gives and takes one role, and tells so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from broker.cli.main import commands
from broker.domain.accounts import Account
from broker.domain.collectivity import CollectivityNumber
from broker.domain.roles import RoleId
from broker.errors import ConfigurationError
from broker.settings import load_settings
from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.role_grants import RoleGrantRepository
from broker.storage.schema import AUDIT_EVENTS
from broker.wiring.stores import Stores, open_stores

SAMPLE = Path(__file__).parents[3] / "config"
EMAIL = "bea@bedrijf.example"
BEA = {"kind": "business_account", "brand": "cz", "name": "Bea Bakker", "email": EMAIL}
ROWS: list[dict[str, str]] = [
    {"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": "Bakkerij De Korenaar B.V."},
    {
        "kind": "organisation",
        "brand": "cz",
        "kvk": "90001354",
        "branch": "000012345678",
        "name": "Bakkerij De Korenaar, Zeist",
    },
    {
        "kind": "collectivity",
        "brand": "cz",
        "kvk": "90001354",
        "number": "1001",
        "customer_number": "5001",
        "name": 'Korenaar "Utrecht", Oost',
        "street": "Dorpsstraat 1",
        "postal_code": "1234 AB",
        "city": "Utrecht",
        "phones": "+31 88 123 45 67; 06 12345678",
        "email": "post@bedrijf.example",
    },
    {"kind": "membership", "brand": "cz", "email": EMAIL, "collectivity": "1001"},
    {
        "kind": "role_grant",
        "brand": "cz",
        "email": EMAIL,
        "collectivity": "1001",
        "role": "functioneel-beheerder",
        "reason": "contract",
        "ends_at": "2099-01-01T00:00:00+00:00",
    },
]


class Told(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    faults: tuple[str, ...]


Run = Callable[..., Told]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample configuration with a state directory of its own."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.fixture
def run(config: Path, redis_url: str) -> Run:
    """Run a command of the program on this configuration."""

    def told(*words: str) -> Told:
        name, *rest = words
        group = [name, rest.pop(0)] if name == "role" else [name]
        environment = {"BROKER_STORAGE__REDIS_URL": redis_url}
        ran = CliRunner().invoke(commands, [*group, "--config", str(config), *rest], env=environment)
        faults = ran.exception.faults if isinstance(ran.exception, ConfigurationError) else ()
        assert faults or ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Told(ran.exit_code, ran.stdout, faults)

    return told


@pytest.fixture
def stores(config: Path, redis_url: str) -> Iterator[Stores]:
    """What is kept now."""
    found = open_stores(load_settings(config, {"BROKER_STORAGE__REDIS_URL": redis_url}))
    yield found
    found.database.close()


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """The same with one of everything there."""
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, [BEA, *ROWS])), encoding="utf-8")
    assert run("import", str(file)).code == 0
    return run


def kinds_since(stores: Stores) -> list[str]:
    """The kinds of events in the audit log."""
    with stores.database.reading() as connection:
        return list(connection.execute(select(AUDIT_EVENTS.c.kind)).scalars())


def bea_of(stores: Stores) -> Account:
    """The person of these rows."""
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    found = accounts.find_by_address("cz", EMAIL)
    assert found is not None
    return found


def in_order(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The rows so that two lists of them can be compared."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def test_export_is_what_was_imported(filled: Run, stores: Stores) -> None:
    """Row for row; that somebody took it out stands in the audit log."""
    told = filled("export", "--brand", "cz")
    assert in_order(json.loads(line) for line in told.stdout.splitlines()) == in_order(ROWS)
    assert "relations.exported" in kinds_since(stores)
    assert filled("export", "--brand", "iza").stdout == ""


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_export_can_be_imported_again(filled: Run, tmp_path: Path, name: str) -> None:
    """In either form, quotes and commas included; what is there already changes nothing."""
    file = tmp_path / name
    assert filled("export", "--brand", "cz", str(file)).code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert filled("import", str(file)).code == 0
    again = filled("export", "--brand", "cz").stdout
    assert in_order(json.loads(line) for line in again.splitlines()) == in_order(ROWS)


def test_export_of_one_kind_holds_nothing_else(filled: Run) -> None:
    """Nobody's address goes out with a list of organisations."""
    told = filled("export", "--brand", "cz", "--kind", "organisation")
    assert {json.loads(line)["kind"] for line in told.stdout.splitlines()} == {"organisation"}
    assert EMAIL not in told.stdout


def test_export_writes_over_nothing(filled: Run, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    file = tmp_path / "out.jsonl"
    file.write_text("mine", encoding="utf-8")
    told = filled("export", "--brand", "cz", str(file))
    assert told.faults == ("out.jsonl: cannot be written (FileExistsError)",)
    assert file.read_text(encoding="utf-8") == "mine"


def test_name_that_would_be_a_formula_is_text_in_csv(filled: Run, stores: Stores) -> None:
    """Whatever brought it into the database."""
    repository = CollectivityRepository(stores.database, stores.keys.columns, stores.clock)
    found = repository.find("cz", CollectivityNumber("1001"))
    assert found is not None
    repository.put_collectivity(replace(found, name="=1+1"))
    told = filled("export", "--brand", "cz", "--format", "csv", "--kind", "collectivity")
    assert ",'=1+1," in told.stdout


def test_role_is_given_and_taken_by_command(filled: Run, stores: Stores) -> None:
    """With its reason and its end, and each with its event."""
    asked = ("--brand", "cz", "--email", EMAIL, "--collectivity", "1001", "--role", "deelnemers-beheerder")
    given = filled("role", "give", *asked, "--reason", "vervanging", "--until", "2099-01-01T00:00:00+01:00")
    assert given.code == 0, given
    assert "1001: deelnemers-beheerder" in filled("role", "list", "--brand", "cz", "--email", EMAIL).stdout
    bea = bea_of(stores)
    held = {grant.role: grant for _, grant in RoleGrantRepository(stores.database).with_numbers(bea.id)}
    grant = held[RoleId("deelnemers-beheerder")]
    assert (grant.reason, grant.given_by) == ("vervanging", None)
    assert grant.ends_at is not None
    assert "has no role" in filled("role", "end", *asked).stdout
    assert "had no role" in filled("role", "end", *asked).stdout
    kinds = kinds_since(stores)
    assert (kinds.count("role.given"), kinds.count("role.ended")) == (1, 1)


def test_role_is_given_to_somebody_who_was_no_member(filled: Run, stores: Stores) -> None:
    """They become one."""
    repository = CollectivityRepository(stores.database, stores.keys.columns, stores.clock)
    found = repository.find("cz", CollectivityNumber("1001"))
    assert found is not None
    repository.remove_member(bea_of(stores).id, found.id)
    asked = ("--brand", "cz", "--email", EMAIL, "--collectivity", "1001", "--role", "deelnemers-beheerder")
    assert filled("role", "give", *asked).code == 0
    assert found.number in repository.numbers_of(bea_of(stores).id)


def test_membership_is_ended_by_command(filled: Run, stores: Stores) -> None:
    """With every role there; a second time there is nothing to end, and nothing is written down."""
    asked = ("--brand", "cz", "--email", EMAIL, "--collectivity", "1001")
    told = filled("role", "end-membership", *asked)
    assert (told.code, "is no member of 1001 any more" in told.stdout) == (0, True)
    repository = CollectivityRepository(stores.database, stores.keys.columns, stores.clock)
    assert repository.numbers_of(bea_of(stores).id) == ()
    assert filled("role", "list", "--brand", "cz", "--email", EMAIL).stdout == ""
    again = filled("role", "end-membership", *asked)
    assert (again.code, "was no member of 1001" in again.stdout) == (0, True)
    kinds = kinds_since(stores)
    assert (kinds.count("role.ended"), kinds.count("membership.ended")) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"--email": "bo@bedrijf.example"}, "--email: no business account"),
        ({"--collectivity": "0"}, "--collectivity: brand cz has no collectivity 0"),
    ],
)
def test_membership_that_cannot_be_ended_is_told(filled: Run, changed: dict[str, str], fault: str) -> None:
    """Of somebody or something that is not there."""
    right = {"--brand": "cz", "--email": EMAIL, "--collectivity": "1001"}
    told = filled("role", "end-membership", *(word for pair in (right | changed).items() for word in pair))
    assert (told.code, told.faults[0].startswith(fault)) == (1, True)


FAULTS = [
    ({"--brand": "nope"}, "--brand: there is no brands/nope.toml"),
    ({"--email": "bo@bedrijf.example"}, "--email: no business account"),
    ({"--collectivity": "0"}, "--collectivity: brand cz has no collectivity 0"),
    ({"--collectivity": "1 2"}, "--collectivity: a collectivity number is"),
    ({"--role": "eigenaar"}, "--role: brand cz has no role eigenaar"),
    ({"--until": "morgen"}, "--until: give a moment with its zone"),
    ({"--until": "2099-01-01"}, "--until: give a moment with its zone"),
    ({"--until": "9999-12-31T23:59:59-01:00"}, "--until: give a moment with its zone"),
    ({"--reason": "a\u202eb"}, "--reason: text-unreadable"),
]


@pytest.mark.parametrize(("changed", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_role_that_cannot_be_given_is_told(filled: Run, changed: dict[str, str], fault: str) -> None:
    """In one sentence, and nothing is given."""
    right = {
        "--brand": "cz",
        "--email": EMAIL,
        "--collectivity": "1001",
        "--role": "deelnemers-beheerder",
    }
    told = filled("role", "give", *(word for pair in (right | changed).items() for word in pair))
    assert told.code == 1
    assert told.faults[0].startswith(fault)
    assert "deelnemers-beheerder" not in filled("role", "list", "--brand", "cz", "--email", EMAIL).stdout
