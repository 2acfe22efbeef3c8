"""A long log is verified in a memory that does not grow with it.

`VOORDEUR_AUDIT_EVENTS=1000000` makes it a million.
"""

from __future__ import annotations

import os
import resource
import time
import tracemalloc
from collections.abc import Callable

import pytest

from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from tests.support.audit_chain import ChainedLog
from tests.support.moments import MovableClock

EVENTS = int(os.environ.get("VOORDEUR_AUDIT_EVENTS", "10000"))
_BATCH = 2_000
_MOST_GROWTH = 3_000_000


@pytest.mark.slow
def test_many_events_verify_in_constant_memory(
    sqlite_database: Database, open_ring: Callable[[Database], KeyRing], clock: MovableClock
) -> None:
    """Every event of a long log is followed; what is held at once is a page of it, however long it is."""
    log = ChainedLog.on(sqlite_database, open_ring(sqlite_database).columns, clock)
    began = time.perf_counter()
    for _ in range(EVENTS // _BATCH):
        with sqlite_database.writing():
            log.write(_BATCH)
        log.checkpoint()
    written = time.perf_counter()
    if EVENTS <= 100_000:
        # Counting every allocation makes it several times slower.
        log.verified(after=1)
        tracemalloc.start()
    verifier = log.verified()
    verified = time.perf_counter()
    growth = tracemalloc.get_traced_memory()[1] if tracemalloc.is_tracing() else 0
    tracemalloc.stop()
    assert (verifier.findings, verifier.events) == ([], EVENTS // _BATCH * _BATCH)
    assert growth < _MOST_GROWTH
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{verifier.events} events: written in {written - began:.1f} s, "
        f"verified in {verified - written:.1f} s, process at most {peak:.0f} MiB"
    )
