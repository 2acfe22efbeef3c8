"""Whether the audit chain keeps logins waiting: many writers on one lane, on sixteen, and without a chain."""

from __future__ import annotations

import json
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import column, insert, table

from bench.cases.common import Options
from bench.harness import Effort, interleaved, ratios
from bench.results import Better, Figure, Target
from broker.storage.audit_log import LANES, AuditLog, AuditRow
from broker.storage.database import Database

WRITERS = 8
EVENTS_A_WRITER = 60
CHAIN_TARGET = Target(bar=0.5, goal=0.8, better=Better.HIGHER)
# The faster a commit, the less there is to wait for; then the time of the writers decides.
_TARGETS = {
    "this disk": Target(bar=1.2, goal=2.0, better=Better.HIGHER),
    "commit of 3 ms": Target(bar=3.0, goal=4.0, better=Better.HIGHER),
}
_SLOW = "-c%20commit_delay%3D3000%20-c%20commit_siblings%3D0"
_DISKS = {"this disk": "", "commit of 3 ms": f"&options={_SLOW}"}
_DETAIL: Mapping[str, str | bool] = {
    "scheme": "digid",
    "level": "midden",
    "sid": "s" * 22,
    "by_earlier_login": False,
}
_PLAIN = (
    "CREATE TABLE bench_plain"
    " (id VARCHAR(32) PRIMARY KEY, at VARCHAR(40), brand VARCHAR(64), kind VARCHAR(64),"
    " result VARCHAR(32), client_id VARCHAR(255), detail TEXT)"
)
_PLAIN_TABLE = table(
    "bench_plain", *(column(name) for name in ("id", "at", "brand", "kind", "result", "client_id", "detail"))
)


def audit_lanes(options: Options) -> list[Figure]:
    """Events a second of eight writers, on this disk and where a commit has to wait for a replica."""
    with ExitStack() as stack:
        url = stack.enter_context(_prepared())
        return [
            figure
            for name, more in _DISKS.items()
            for figure in _compare(f"{url}{more}", name, options.effort)
        ]


def _compare(url: str, name: str, effort: Effort) -> list[Figure]:
    database = Database(url, pool_size=WRITERS + 1)
    one, many = AuditLog(database, lanes=1), AuditLog(database, lanes=LANES)
    # Brands of their own, so that the lanes of one do not lock those of the other.
    things: dict[str, Callable[[], float]] = {
        "one lane": lambda: _throughput(lambda: one.append(_row("one"))),
        "lanes": lambda: _throughput(lambda: many.append(_row("many"))),
        "no chain": lambda: _throughput(lambda: _plain(database)),
    }
    for thing in things.values():
        thing()
    rounds = interleaved(things, effort)
    database.close()
    done = len(rounds) * WRITERS * EVENTS_A_WRITER
    speeds = {f"{thing}, events/s": statistics.median(found[thing] for found in rounds) for thing in things}
    return [
        Figure.of_rounds(
            f"audit-lanes, {name}: {LANES} lanes / {below}",
            target,
            ratios(rounds, "lanes", below),
            operations=done,
            details=speeds if below == "one lane" else {},
        )
        for below, target in (("one lane", _TARGETS[name]), ("no chain", CHAIN_TARGET))
    ]


def _throughput(write: Callable[[], object]) -> float:
    def writer(_: int) -> None:
        for _number in range(EVENTS_A_WRITER):
            write()

    began = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writer, range(WRITERS)))
    return WRITERS * EVENTS_A_WRITER / (time.perf_counter() - began)


def _row(brand: str) -> AuditRow:
    return AuditRow(
        at=datetime.now(UTC),
        brand=brand,
        kind="login.granted",
        result="success",
        client_id="mijn-cz",
        detail=_DETAIL,
    )


def _plain(database: Database) -> None:
    row = _row("plain")
    values = {
        "id": secrets.token_hex(16),
        "at": row.at.isoformat(),
        "brand": row.brand,
        "kind": row.kind,
        "result": row.result,
        "client_id": row.client_id,
        "detail": json.dumps(dict(row.detail)),
    }
    database.write_alone(insert(_PLAIN_TABLE), values)


@contextmanager
def _prepared() -> Iterator[str]:
    """The URL of a PostgreSQL that puts every commit on its disk, with the tables in it."""
    from tests.support.servers import running_postgres  # noqa: PLC0415 - needed for this case alone

    with running_postgres("fsync=on") as server:
        server.run(b"CREATE DATABASE bench_lanes")
        url = server.url("bench_lanes")
        database = Database(url)
        database.upgrade()
        with database.writing() as connection:
            connection.exec_driver_sql(_PLAIN)
        database.close()
        yield url
