"""An import of 50,000 rows takes no more memory than one of few, and tells every fault by its line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from broker.settings import load_settings
from broker.storage.schema import COLLECTIVITIES, ORGANISATIONS
from broker.wiring.stores import open_stores

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).parents[3] / "config"
MANY, FEW = 50_000, 2_000
# Each is refused, and each for another reason.
BAD = (
    b'{"kind": "organisation", "brand": "cz", "kvk": "9000135", "name": "Te kort"}',
    b'{"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": "=HYPERLINK(1)"}',
    b'{"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": "Caf\xe9"}',
    b'{"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": "' + b"x" * 20_000 + b'"}',
    b'{"kind": "role_grant", "brand": "cz", "email": "a@b.nl", "collectivity": "1", "role": "eigenaar"}',
    b'{"kind": "organisation", "brand": "cz", "kvk": "90001354"',
    b'{"kind": "owner", "brand": "cz"}',
)
Run = Callable[[Path], "Ran"]


class Ran(NamedTuple):
    """How an import ended, and the most memory it had (in kB)."""

    code: int
    told: str
    peak_kb: int


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample configuration with a state directory of its own."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.fixture
def run(config: Path, redis_url: str, tmp_path: Path) -> Run:
    """Import a file in a process of its own."""

    def ran(file: Path) -> Ran:
        words = [sys.executable, "-m", "broker.cli", "import", "--config", str(config), str(file)]
        with (tmp_path / "told").open("w+b") as told:
            process = subprocess.Popen(
                words,
                stdout=told,
                stderr=subprocess.STDOUT,
                env={**os.environ, "BROKER_STORAGE__REDIS_URL": redis_url},
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            return Ran(process.returncode, told.read().decode(), usage.ru_maxrss)

    return ran


def bad_lines(count: int) -> Iterator[bytes]:
    """Lines of every kind of fault, and between them sound ones that come a second time."""
    for number in range(count):
        if number % 10:
            yield BAD[number % len(BAD)]
        else:
            yield json.dumps(
                {"kind": "organisation", "brand": "cz", "kvk": "90001354", "name": f"Twee keer {number}"}
            ).encode()


def written(folder: Path, lines: Iterator[bytes]) -> Path:
    """A file of these lines."""
    file = folder / "rows.jsonl"
    with file.open("wb") as stream:
        stream.writelines(line + b"\n" for line in lines)
    return file


def test_every_one_of_many_bad_rows_is_told_in_flat_memory(run: Run, tmp_path: Path) -> None:
    """Formulas, endless cells, wrong encodings, duplicates, unknown roles: in a file of any length."""
    few = run(written(tmp_path, bad_lines(FEW)))
    many = run(written(tmp_path, bad_lines(MANY)))
    assert (few.code, many.code) == (1, 1)
    faulty = {
        int(line.split(": line ")[1].split(":")[0]) for line in many.told.splitlines() if ": line " in line
    }
    # Of the sound ones, which are all about one organisation, the first is no fault by itself.
    assert faulty == set(range(1, MANY + 1)) - {1}
    assert f"{MANY - 1} fault(s); nothing was imported" in many.told
    assert "Traceback" not in many.told
    assert many.peak_kb < 1.1 * few.peak_kb


def test_many_sound_rows_arrive_in_flat_memory(
    run: Run, tmp_path: Path, config: Path, redis_url: str
) -> None:
    """And all of them."""

    def rows(count: int, first: int) -> Iterator[bytes]:
        for number in range(first, first + count):
            about = {"brand": "cz", "kvk": f"{number:08d}", "name": f"Bedrijf {number}"}
            yield json.dumps({"kind": "organisation", **about}).encode()
            numbers = {"number": f"C{number}", "customer_number": f"K{number}"}
            yield json.dumps({"kind": "collectivity", **about, **numbers}).encode()

    few = run(written(tmp_path, rows(FEW // 2, 0)))
    many = run(written(tmp_path, rows(MANY // 2, FEW // 2)))
    assert (few.code, many.code) == (0, 0), many.told
    stores = open_stores(load_settings(config, {"BROKER_STORAGE__REDIS_URL": redis_url}))
    with stores.database.reading() as connection:
        for table in (ORGANISATIONS, COLLECTIVITIES):
            kept = connection.execute(select(func.count()).select_from(table)).scalar_one()
            assert kept == (MANY + FEW) // 2
    stores.database.close()
    assert many.peak_kb < 1.2 * few.peak_kb
