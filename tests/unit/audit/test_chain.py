"""The audit chain: whatever is done to a log behind our backs is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.storage.audit_chain import commitment, first_link, next_link
from broker.storage.audit_reader import AuditReader
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from tests.support.audit_chain import ChainedLog
from tests.support.moments import MovableClock

Owner = Callable[..., Any]
LANE = "brand cz lane 0"
FOREIGN_SIGNATURE = (
    "UPDATE audit_checkpoints SET signature ="
    " (SELECT c.signature FROM audit_checkpoints AS c WHERE c.number = 3 - audit_checkpoints.number)"
)


@pytest.fixture
def chained(database: Database, key_ring: KeyRing, clock: MovableClock) -> ChainedLog:
    """A log of one lane with 12 events, signed after 6 and after 10."""
    log = ChainedLog.on(database, key_ring.columns, clock, lanes=1)
    for count in (6, 4):
        log.write(count)
        log.checkpoint()
    log.write(2)
    return log


def test_chain_that_nobody_touched_is_whole(chained: ChainedLog) -> None:
    """Every event and checkpoint is followed, also those that are not signed for yet."""
    verifier = chained.verified()
    assert (verifier.findings, verifier.events, verifier.checkpoints) == ([], 12, 2)


def test_chain_is_what_its_document_says(chained: ChainedLog) -> None:
    """Each link is the digest over the link before, the place and the commitment."""
    link = first_link("cz", 0)
    for event in AuditReader(chained.database).events("cz", 0, after=0, until=12):
        link = next_link(link, event.sequence, commitment(event.facts))
        assert event.link == link


@pytest.mark.parametrize(
    "column", ["kind", "result", "actor", "support_code", "account_id", "client_id", "detail"]
)
def test_edited_row_is_named(chained: ChainedLog, column: str) -> None:
    """An event of which one word was changed is named, wherever it stands."""
    with chained.tampering() as owner:
        owner(f"UPDATE audit_events SET {column} = 'forged' WHERE sequence = 4")  # noqa: S608 - a name from above
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} row 4 (")
    assert "edited" in finding


def test_edited_time_is_named(chained: ChainedLog) -> None:
    """The moment is a part of what is chained, to the microsecond."""
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET at = '2026-11-20 09:00:00.000001' WHERE sequence = 1")
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} row 1 (")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DELETE FROM audit_events WHERE sequence = 1", f"{LANE} row 1: not there"),
        ("DELETE FROM audit_events WHERE sequence IN (3, 4, 5)", f"{LANE} rows 3 to 5: not there"),
        ("DELETE FROM audit_events WHERE sequence IN (5, 6, 7)", f"{LANE} rows 5 to 6: gone: checkpoint 1"),
        ("DELETE FROM audit_events WHERE sequence > 10", f"{LANE} rows 11 to 12: gone: the head"),
        ("DELETE FROM audit_events WHERE sequence > 8", f"{LANE} rows 9 to 10: gone: checkpoint 2"),
        ("DELETE FROM audit_events", f"{LANE} rows 1 to 6: gone: checkpoint 1"),
        ("DELETE FROM audit_heads", f"{LANE}: has no head"),
        ("DELETE FROM audit_checkpoints WHERE number = 1", "checkpoint 2: comes first"),
        (FOREIGN_SIGNATURE, "checkpoint 1: has a signature that does not hold"),
        ("UPDATE audit_checkpoints SET payload = replace(payload, '2026', '2027') WHERE number = 2",
         "checkpoint 2: has a signature that does not hold"),
        ("UPDATE audit_checkpoints SET payload = 'x' WHERE number = 2", "checkpoint 2: is not in the format"),
    ],
)  # fmt: skip
def test_removed_rows_are_named(chained: ChainedLog, change: str, found: str) -> None:
    """What is gone is named: at the beginning, in the middle, at the end, and what vouched for it."""
    with chained.tampering() as owner:
        owner(change)
    assert chained.findings()[0].startswith(found), chained.findings()


def test_cut_off_end_with_its_head_is_named(chained: ChainedLog) -> None:
    """Whoever also moves the head back is contradicted by what was signed."""
    keep = next(iter(AuditReader(chained.database).events("cz", 0, after=7, until=8)))
    with chained.tampering() as owner:
        owner("DELETE FROM audit_events WHERE sequence > 8")
        owner("UPDATE audit_heads SET sequence = 8, link = :link", link=keep.link)
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} rows 9 to 10: gone: checkpoint 2")


def test_inserted_row_is_named(chained: ChainedLog) -> None:
    """An event put in at the end, beside the statement that chains, stands beyond the head."""
    with chained.tampering() as owner:
        _insert_copy(owner, sequence=13)
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} row 13 (forged): inserted")


def test_inserted_row_in_a_lane_of_its_own_is_named(chained: ChainedLog) -> None:
    """A lane that nobody opened holds nothing."""
    with chained.tampering() as owner:
        _insert_copy(owner, sequence=1, lane=3)
    (finding,) = chained.findings()
    assert finding.startswith("brand cz lane 3 row 1 (forged): inserted")


def test_inserted_row_between_others_is_named(chained: ChainedLog) -> None:
    """To put one in between, all that follow must move; the first that moved is named."""
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET sequence = sequence + 100 WHERE sequence >= 5")
        owner("UPDATE audit_events SET sequence = sequence - 99 WHERE sequence >= 105")
        _insert_copy(owner, sequence=5)
        owner("UPDATE audit_heads SET sequence = 13")
    assert chained.findings()[0].startswith(f"{LANE} row 5 (forged): is not what was written there")


def test_swapped_rows_are_named(chained: ChainedLog) -> None:
    """Two events that changed places, links and all: the first of the places is named."""
    with chained.tampering() as owner:
        for old, new in ((3, 99), (8, 3), (99, 8)):
            owner("UPDATE audit_events SET sequence = :new WHERE sequence = :old", old=old, new=new)
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} row 3 (")


@pytest.mark.parametrize(
    ("first", "found"), [(2, "rows 1 to 6: written anew: checkpoint 1"), (8, "rows 7 to 10")]
)
def test_chain_that_was_written_anew_is_named(chained: ChainedLog, first: int, found: str) -> None:
    """A forger who computes every link and the head again makes a chain that holds, but was never signed."""
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET result = 'refused' WHERE sequence = :first", first=first)
        link = first_link("cz", 0)
        for event in AuditReader(chained.database).events("cz", 0, after=0, until=12):
            link = next_link(link, event.sequence, commitment(event.facts))
            owner(
                "UPDATE audit_events SET link = :link WHERE sequence = :place",
                link=link,
                place=event.sequence,
            )
        owner("UPDATE audit_heads SET link = :link", link=link)
    (finding,) = chained.findings()
    assert finding.startswith(f"{LANE} {found}")


def test_checkpoint_signed_by_a_foreign_key_proves_nothing(
    chained: ChainedLog, key_ring: KeyRing, clock: MovableClock
) -> None:
    """A key put into the table by somebody without the key-encryption key does not even open."""
    with chained.tampering() as owner:
        owner("UPDATE audit_keys SET kid = 'forged'")
    with pytest.raises(Exception, match="changed or belongs somewhere else"):
        chained.findings()


def test_brands_are_judged_apart(chained: ChainedLog) -> None:
    """Asked for one brand, only that brand's rows are followed and named."""
    chained.write(3, brand="vgz")
    chained.checkpoint()
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET kind = 'forged' WHERE sequence = 2 AND brand = 'cz'")
    verifier = chained.verified(brand="vgz")
    assert (verifier.findings, verifier.events) == ([], 3)
    assert len(chained.findings()) == len(chained.findings(brand="cz")) == 1


def test_verification_can_begin_at_a_checkpoint(chained: ChainedLog) -> None:
    """What came before is believed, what came after is followed."""
    with chained.tampering() as owner:
        owner("UPDATE audit_events SET kind = 'forged' WHERE sequence = 2")
    verifier = chained.verified(after=1)
    assert (verifier.findings, verifier.events) == ([], 6)


def test_verification_can_begin_far_from_a_full_checkpoint(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Every sixtieth checkpoint tells all lanes, so the state at any other follows from a few."""
    log = ChainedLog.on(database, key_ring.columns, clock, lanes=2)
    for number in range(130):
        log.write(1, brand="cz" if number % 3 else "vgz")
        log.checkpoint()
    assert log.findings() == log.findings(after=125) == log.findings_in(log.export(after=125)) == []
    assert log.verified(after=125).events == 5


@pytest.mark.parametrize("lanes", [1, 16])
def test_many_writers_make_whole_chains(
    database: Database, key_ring: KeyRing, clock: MovableClock, lanes: int
) -> None:
    """Eight threads that write at once, alone and in transactions of two brands, lose and mix up nothing."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only here

    log = ChainedLog.on(database, key_ring.columns, clock, lanes=lanes)

    def write(number: int) -> None:
        brands = ("cz", "vgz") if number % 2 else ("vgz", "cz")
        for _ in range(8):
            with database.writing():
                for brand in brands:
                    log.write(1, brand=brand)
            log.write(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    log.checkpoint()
    verifier = log.verified()
    assert (verifier.findings, verifier.events) == ([], 8 * 8 * 3)


@pytest.mark.parametrize("change", ["UPDATE audit_events SET kind = 'x'", "DELETE FROM audit_events",
    "UPDATE audit_checkpoints SET payload = 'x'", "DELETE FROM audit_checkpoints", "DELETE FROM audit_heads",
    "UPDATE audit_heads SET sequence = 1"])  # fmt: skip
def test_database_refuses_to_change_the_log(chained: ChainedLog, change: str) -> None:
    """Not even our own connection can change what is written, as long as its guards are on."""
    from sqlalchemy import text  # noqa: PLC0415 - only here
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - only here

    with pytest.raises(DBAPIError, match="never changed"), chained.database.writing() as connection:
        connection.execute(text(change))
    assert chained.findings() == []


def _insert_copy(owner: Owner, *, sequence: int, lane: int = 0) -> None:
    owner(
        "INSERT INTO audit_events (id, at, brand, lane, sequence, kind, result, actor, detail, link)"
        " SELECT 'forged', at, brand, :lane, :sequence, kind, result, actor, detail, link"
        " FROM audit_events WHERE sequence = 4",
        sequence=sequence,
        lane=lane,
    )


# Lines of an export, whatever is done to them: hypothesis chooses where.


@pytest.fixture
def exported(
    sqlite_database: Database, open_ring: Callable[[Database], KeyRing], clock: MovableClock
) -> ChainedLog:
    """A log of three lanes with checkpoints, and what it looks like as an export."""
    log = ChainedLog.on(sqlite_database, open_ring(sqlite_database).columns, clock, lanes=3)
    for _ in range(3):
        log.write(7)
        log.write(2, brand="vgz", person="7d1c4c9e-0000-4000-8000-000000000001")
        log.checkpoint()
    return log


_ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_export_that_nobody_touched_is_whole(exported: ChainedLog) -> None:
    """Whole, and in parts that follow on each other, in one file or apart."""
    lines = exported.export()
    assert exported.findings_in(lines) == []
    first = [*lines[: _until(lines, 2)], json.dumps({"type": "end"})]
    assert exported.findings_in(first + exported.export(after=2)) == []
    assert (
        exported.findings_in(exported.export(after=2))
        == exported.findings_in(exported.export(brand="vgz"))
        == []
    )


@_ANY
@given(data=st.data())
def test_edited_line_is_found(exported: ChainedLog, data: st.DataObject) -> None:
    """Any field of any event that says something else is found, in the row that it is in."""
    lines = exported.export()
    at = data.draw(st.sampled_from(_events(lines)))
    told = json.loads(lines[at])
    name = data.draw(st.sampled_from(sorted(told.keys() - {"type"})))
    told[name] = {"detail": {"forged": True}, "sequence": 99, "lane": 7}.get(name, "forged")
    findings = exported.findings_in([*lines[:at], json.dumps(told), *lines[at + 1 :]])
    assert findings


@_ANY
@given(data=st.data())
def test_removed_line_is_found(exported: ChainedLog, data: st.DataObject) -> None:
    """Any line that is gone is missed: an event, a checkpoint, the end."""
    lines = exported.export()
    at = data.draw(st.integers(1, len(lines) - 1))
    findings = exported.findings_in(lines[:at] + lines[at + 1 :])
    told = json.loads(lines[at])
    assert findings
    if told["type"] == "event":
        place = f"brand {told['brand']} lane {told['lane']} row {told['sequence']}"
        assert findings[0].startswith(place), findings


@_ANY
@given(data=st.data())
def test_repeated_or_moved_line_is_found(exported: ChainedLog, data: st.DataObject) -> None:
    """A line of an event that comes again, or at another place within its lane, is found."""
    lines = exported.export()
    events = _events(lines)
    at, to = data.draw(st.sampled_from(events)), data.draw(st.sampled_from(events))
    assert exported.findings_in([*lines[:to], lines[at], *lines[to:]])
    moved = lines.copy()
    moved[at], moved[to] = moved[to], moved[at]
    if _lane(lines[at]) == _lane(lines[to]) and at != to:
        assert exported.findings_in(moved)


@_ANY
@given(data=st.data())
def test_cut_off_export_is_found(exported: ChainedLog, data: st.DataObject) -> None:
    """An export that ends too early says so, wherever it was cut; a line cut in two as well."""
    lines = exported.export()
    at = data.draw(st.integers(0, len(lines) - 1))
    assert exported.findings_in(lines[:at])
    middle = data.draw(st.integers(1, len(lines[at]) - 1))
    assert exported.findings_in([*lines[:at], lines[at][:middle], *lines[at + 1 :]])


def _events(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if '"type":"event"' in line]


def _until(lines: list[str], checkpoint: int) -> int:
    return 1 + next(
        number for number, line in enumerate(lines) if f'"type":"checkpoint","number":{checkpoint},' in line
    )


def _lane(line: str) -> tuple[str, int]:
    told = json.loads(line)
    return told["brand"], told["lane"]
