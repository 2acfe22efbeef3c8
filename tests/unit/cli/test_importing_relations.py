"""`broker import` of organisations, collectivities, members and roles: strict, and all or nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from broker.cli.import_rows import LONGEST_CELL, LONGEST_LINE_BYTES
from broker.cli.main import commands
from broker.domain.access import PortalAccess
from broker.domain.rights import Holder, Relation
from broker.domain.roles import RoleId
from broker.errors import ConfigurationError
from broker.settings import load_settings
from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.relations import RelationRepository
from broker.storage.schema import AUDIT_EVENTS, COLLECTIVITIES, MEMBERSHIPS, ORGANISATIONS, ROLE_GRANTS
from broker.wiring.stores import Stores, open_stores

SAMPLE = Path(__file__).parents[3] / "config"
BEA = {"kind": "business_account", "brand": "cz", "name": "Bea Bakker", "email": "bea@bedrijf.example"}
KORENAAR = {"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": "Bakkerij De Korenaar B.V."}
UTRECHT = {
    "kind": "collectivity",
    "brand": "cz",
    "number": "1001",
    "customer_number": "5001",
    "name": "Korenaar Utrecht",
    "kvk": "90001354",
    "street": "Dorpsstraat 1",
    "postal_code": "1234 AB",
    "city": "Utrecht",
    "phones": "+31 88 123 45 67; 06 12345678",
    "email": "post@bedrijf.example",
}
MEMBER = {"kind": "membership", "brand": "cz", "email": "BEA@bedrijf.example", "collectivity": "1001"}
MANAGER = {
    "kind": "role_grant",
    "brand": "cz",
    "email": "bea@bedrijf.example",
    "collectivity": "1001",
    "role": "functioneel-beheerder",
    "reason": "contract",
}
REPORTS = {**MANAGER, "role": "rapportage-verantwoordelijke", "ends_at": "2099-01-01T00:00:00+01:00"}
ALL = (BEA, KORENAAR, UTRECHT, MEMBER, MANAGER, REPORTS)
RELATION_TABLES = (ORGANISATIONS, COLLECTIVITIES, MEMBERSHIPS, ROLE_GRANTS)


class Told(NamedTuple):
    """How an import ended."""

    returncode: int
    stdout: str
    stderr: str


Bring = Callable[..., Told]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample configuration with a state directory of its own."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.fixture
def bring(config: Path, redis_url: str, tmp_path: Path) -> Bring:
    """Import these bytes, or these objects as JSON lines, with these options."""

    def run(content: bytes | tuple[dict[str, str], ...], *options: str, name: str = "rows.jsonl") -> Told:
        file = tmp_path / name
        lines = content if isinstance(content, bytes) else "\n".join(map(json.dumps, content)).encode()
        file.write_bytes(lines)
        words = ["import", "--config", str(config), *options, str(file)]
        ran = CliRunner().invoke(commands, words, env={"BROKER_STORAGE__REDIS_URL": redis_url})
        # What `broker.cli.main.main` makes of it.
        faults = ran.exception.faults if isinstance(ran.exception, ConfigurationError) else ()
        assert faults or ran.exception is None
        return Told(ran.exit_code, ran.stdout, "\n".join((ran.stderr, *faults)))

    return run


@pytest.fixture
def stores(config: Path, redis_url: str) -> Iterator[Stores]:
    """What is kept now."""
    found = open_stores(load_settings(config, {"BROKER_STORAGE__REDIS_URL": redis_url}))
    yield found
    found.database.close()


def counted(stores: Stores) -> list[int]:
    """How many rows each table holds."""
    with stores.database.reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in RELATION_TABLES
        ]


def relation_of_bea(stores: Stores) -> Relation | None:
    """What the person of these rows reaches."""
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    bea = accounts.find_by_address("cz", BEA["email"])
    assert bea is not None
    opens = PortalAccess((RoleId(MANAGER["role"]), RoleId(REPORTS["role"])))
    holder = Holder(bea.id, "cz", opens.roles)
    found = RelationRepository(stores.database).page(holder, (), after="", most=5, now=stores.clock())
    return found[0] if found else None


def test_somebody_arrives_with_all_they_work_for(bring: Bring, stores: Stores) -> None:
    """In one file, in any order: what is referred to may stand further down."""
    told = bring(tuple(reversed(ALL)))
    assert told.returncode == 0, told.stderr
    assert "1 account(s) imported" in told.stdout
    assert "1 organisation(s), 1 collectivity(ies), 1 membership(s), 2 role grant(s) imported" in told.stdout
    found = relation_of_bea(stores)
    assert found is not None
    assert (found.number.number, found.customer_number.number, found.name) == (
        "1001",
        "5001",
        UTRECHT["name"],
    )
    assert found.organisation.name == KORENAAR["name"]
    assert set(found.roles) == {MANAGER["role"], REPORTS["role"]}
    kept = CollectivityRepository(stores.database, stores.keys.columns, stores.clock).find("cz", found.number)
    assert kept is not None
    assert kept.contact.phones == ("+31 88 123 45 67", "06 12345678")
    assert kept.contact.address is not None
    assert kept.contact.address.city == "Utrecht"


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_tells_the_same(bring: Bring, stores: Stores, delimiter: str) -> None:
    """Columns by name, empty cells for what a row does not have, with or without a byte order mark."""
    columns = list(dict.fromkeys(name for row in ALL for name in row))
    lines = [delimiter.join(columns)]
    for row in ALL:
        cells = (str(row.get(name, "")) for name in columns)
        lines.append(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in cells))
    told = bring(b"\xef\xbb\xbf" + "\r\n".join(lines).encode(), name="rows.csv")
    assert told.returncode == 0, told.stderr
    assert counted(stores) == [1, 1, 1, 2]
    assert relation_of_bea(stores) is not None


def test_second_import_changes_what_is_new_and_nothing_else(bring: Bring, stores: Stores) -> None:
    """A file can be brought again."""
    assert bring(ALL).returncode == 0
    assert bring((KORENAAR, {**UTRECHT, "name": "Korenaar Zeist"}, MEMBER, MANAGER)).returncode == 0
    assert counted(stores) == [1, 1, 1, 2]
    found = relation_of_bea(stores)
    assert found is not None
    assert found.name == "Korenaar Zeist"


def test_dry_run_tells_the_outcome_and_changes_nothing(bring: Bring, stores: Stores) -> None:
    """Also not the audit log."""
    told = bring(ALL, "--dry-run")
    assert told.returncode == 0, told.stderr
    assert "2 role grant(s) imported" in told.stdout
    assert "nothing was imported" in told.stdout
    assert counted(stores) == [0, 0, 0, 0]
    with stores.database.reading() as connection:
        kinds = connection.execute(select(AUDIT_EVENTS.c.kind)).scalars().all()
    assert "accounts.imported" not in kinds
    assert "relations.imported" not in kinds


def test_import_is_written_down_with_the_digest_of_the_file(
    bring: Bring, stores: Stores, tmp_path: Path
) -> None:
    """So that it can be shown later which file it was."""
    assert bring(ALL).returncode == 0
    with stores.database.reading() as connection:
        detail = connection.execute(
            select(AUDIT_EVENTS.c.detail).where(AUDIT_EVENTS.c.kind == "relations.imported")
        ).scalar_one()
    told = json.loads(detail)
    assert told["file_sha256"] == hashlib.sha256((tmp_path / "rows.jsonl").read_bytes()).hexdigest()
    assert (told["collectivities"], told["role_grants"]) == (1, 2)


FAULTY: list[tuple[dict[str, str], str]] = [
    ({**KORENAAR, "name": "=HYPERLINK(1)"}, "name begins like a formula"),
    ({**KORENAAR, "name": "+1"}, "name begins like a formula"),
    ({**KORENAAR, "name": "-1"}, "name begins like a formula"),
    ({**KORENAAR, "name": "@SUM"}, "name begins like a formula"),
    ({**KORENAAR, "name": "\tx"}, "name begins like a formula"),
    ({**KORENAAR, "name": "a\u202eb"}, "name is refused: text-unreadable"),
    ({**KORENAAR, "name": "x" * (LONGEST_CELL + 1)}, f"name has more than {LONGEST_CELL}"),
    ({**KORENAAR, "kvk": "9000135"}, "a KvK number is eight digits"),
    ({**KORENAAR, "branch": "12"}, "a branch number is twelve digits"),
    ({**KORENAAR, "brand": "nope"}, "brand is not one"),
    ({**KORENAAR, "rsin": "1"}, "has a value that such a row does not take"),
    ({"kind": "organisation", "brand": "cz"}, "kvk and name must be given"),
    ({"kind": "organization", "brand": "cz"}, "kind must be"),
    ({**UTRECHT, "number": "10 01"}, "a collectivity number is"),
    ({**UTRECHT, "customer_number": ""}, "a customer number is"),
    ({**UTRECHT, "phones": "06 12345678; bel mij"}, "phones must be"),
    ({**UTRECHT, "phones": "+cmd|' /C calc'!A0"}, "phones must be"),
    ({**UTRECHT, "email": "post@"}, "email is not an address"),
    ({k: v for k, v in UTRECHT.items() if k != "city"}, "go together"),
    ({**MEMBER, "email": ""}, "email is not an address"),
    ({**MANAGER, "role": "eigenaar"}, "role is not one of the brand's catalogue"),
    ({**MANAGER, "ends_at": "2099-01-01"}, "ends_at must be a moment with its zone"),
    ({**MANAGER, "ends_at": "morgen"}, "ends_at must be a moment with its zone"),
]


def test_every_faulty_row_is_told_with_its_line_and_nothing_arrives(bring: Bring, stores: Stores) -> None:
    """One run names all of them, repeats nothing that stands in them, and shows no stack trace."""
    told = bring((*ALL, *(row for row, _ in FAULTY)))
    assert told.returncode == 1
    lines = {line.partition(": line ")[2].partition(":")[0]: line for line in told.stderr.splitlines()}
    for number, (_, sentence) in enumerate(FAULTY, start=len(ALL) + 1):
        assert sentence in lines[str(number)]
    assert f"{len(FAULTY)} fault(s); nothing was imported" in told.stderr
    assert "Traceback" not in told.stderr
    assert "HYPERLINK" not in told.stderr
    assert counted(stores) == [0, 0, 0, 0]


DANGLING: list[tuple[tuple[dict[str, str], ...], str]] = [
    ((UTRECHT,), "line 1: there is no organisation with this kvk"),
    ((KORENAAR, {**UTRECHT, "branch": "000012345678"}), "line 2: there is no organisation"),
    ((KORENAAR, UTRECHT, MEMBER), "line 3: no business account of the brand has this email"),
    ((BEA, KORENAAR, MEMBER), "line 3: the brand has no collectivity with this number"),
    ((BEA, KORENAAR, UTRECHT, MANAGER), "line 4: the account is no member of the collectivity"),
    (
        (BEA, {**KORENAAR, "brand": "iza"}, {**UTRECHT, "brand": "iza"}, MEMBER),
        "line 4: the brand has no collectivity",
    ),
    ((BEA, KORENAAR, UTRECHT, {**MEMBER, "brand": "iza"}), "line 4: no business account of the brand"),
    ((KORENAAR, KORENAAR), "line 2: is about the same as line 1"),
    ((BEA, {**BEA, "name": "Bo"}), "line 2: is about the same as line 1"),
    ((*ALL, {**MEMBER, "email": "bea@BEDRIJF.example"}), "line 7: is about the same as line 4"),
]


@pytest.mark.parametrize(("rows", "fault"), DANGLING, ids=[fault for _, fault in DANGLING])
def test_row_that_refers_to_nothing_or_comes_twice_undoes_the_file(
    bring: Bring, stores: Stores, rows: tuple[dict[str, str], ...], fault: str
) -> None:
    """Found while writing, and everything that was written is taken back."""
    told = bring(rows)
    assert told.returncode == 1
    assert fault in told.stderr
    assert "1 fault(s); nothing was imported" in told.stderr
    assert counted(stores) == [0, 0, 0, 0]


def test_roles_that_do_not_go_together_are_refused(bring: Bring, config: Path, stores: Stores) -> None:
    """Over several files as within one; a role that ended is in nobody's way."""
    brand = config / "brands/cz.toml"
    text = brand.read_text(encoding="utf-8")
    for label in ("Reporting officer", "Member administrator"):
        text = text.replace(f'label_en = "{label}"', f'label_en = "{label}"\ncombinable = false')
    brand.write_text(text, encoding="utf-8")
    members = {**MANAGER, "role": "deelnemers-beheerder"}
    assert bring((*ALL[:4], {**REPORTS, "ends_at": "2001-01-01T00:00:00Z"})).returncode == 0
    assert bring((members, MANAGER)).returncode == 0
    told = bring((REPORTS,))
    assert told.returncode == 1
    assert "would have rapportage-verantwoordelijke and deelnemers-beheerder together" in told.stderr


@pytest.mark.parametrize(
    ("content", "name", "fault"),
    [
        (json.dumps(KORENAAR).encode("utf-16"), "rows.jsonl", "line 1: cannot be read as UTF-8"),
        (b'{"kind": "organisation", "name": "Caf\xe9"}', "rows.jsonl", "line 1: cannot be read as UTF-8"),
        (b"kind,brand,kvk,name\norganisation,cz,90001354,Caf\xe9", "rows.csv", "line 2: cannot be read"),
        (b'{"kind": "organisation", "name": "' + b"x" * 1_000_000, "rows.jsonl", "line 1: is longer than"),
        (b"kind,brand,kvk,name\norganisation,cz,1," + b"x" * 1_000_000, "rows.csv", "line 2: is longer than"),
        (b"{", "rows.jsonl", "line 1: is not JSON"),
        (b"[" * 9000, "rows.jsonl", "line 1: is not JSON"),
        (b'["kind"]', "rows.jsonl", "line 1: must be an object of texts"),
        (b'{"kind": ["organisation"]}', "rows.jsonl", "line 1: must be an object of texts"),
        (b'{"kind": "organisation", "kind": "x"}', "rows.jsonl", "line 1: names a key twice"),
        (b"brand,kvk\ncz,90001354", "rows.csv", "line 1: must name the columns"),
        (b"kind,kind\nx,y", "rows.csv", "line 1: must name the columns"),
        (b"kind,brand\norganisation", "rows.csv", "line 2: has 1 cells"),
        (b'kind,brand\norganisation,"cz', "rows.csv", "line 2: is not CSV"),
    ],
)
def test_line_that_holds_no_row_is_told(bring: Bring, content: bytes, name: str, fault: str) -> None:
    """Whatever it is made of, in one sentence."""
    told = bring(content, name=name)
    assert told.returncode == 1
    assert fault in told.stderr
    assert "Traceback" not in told.stderr


def test_line_after_an_overlong_one_is_read(bring: Bring) -> None:
    """The numbers of lines stay right."""
    told = bring(b"x" * (3 * LONGEST_LINE_BYTES) + b"\n{\n" + json.dumps({"kind": "?"}).encode())
    assert "line 1: is longer than" in told.stderr
    assert "line 2: is not JSON" in told.stderr
    assert "line 3: kind must be" in told.stderr
