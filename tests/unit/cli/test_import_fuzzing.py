"""Files that nobody meant to write: each fault in a sentence of ours, nothing half done, no stack trace."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.cli.import_reading import Reading
from broker.cli.import_rows import FileFormat
from broker.cli.import_waiting import waiting_rows
from broker.cli.main import commands
from broker.errors import ConfigurationError
from broker.settings import Settings, load_settings
from broker.wiring.stores import open_stores
from tests.unit.cli.test_importing_relations import ALL, SAMPLE, counted

CONSUMER = {
    "kind": "consumer_account",
    "brand": "cz",
    "bsn": "999990019",
    "name": "Fenna Bakker",
    "email": "fenna@post.example",
}
ACTIVE = {
    "kind": "business_account",
    "brand": "cz",
    "name": "Bo Visser",
    "email": "bo@bedrijf.example",
    "password": "polis-map-vulpen-54",
    "phone": "06 12345611",
    "totp_secret": "LGJYJ7GUFBF5T2LN6BPALA6PCRZRJDLY",
}
ROWS = (CONSUMER, ACTIVE, *ALL)
# As they stand in a file of JSON lines: of every type, of every size, and of no form at all.
VALUES = (
    *("null", "true", "1", "-0", "1e999", "NaN", "1" * 6000, "{}", "[]", "[" * 6000, '{"a":' * 2000, "'x'"),
    *('""', '" "', '"x"', '"1"', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u202e"'),
    *('"a\\r\\nBcc: x@y.example"', '"=1"', '"\\t1"', '"é"', '"٣٣٣٣٣٣٣٣"', '"９０００１３５４"', '"\\u00b2"'),
    *('"x@y"', '"x@\\u0000.example"', '"@"', '"a@b@c"', f'"{"x" * 500}"', f'"{"é" * 500}"', f'"{"x" * 501}"'),
    *('"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"', '"2027-W01-1"', '"24:00"', '"Z"'),
    *('"2027-01-01T00:00:00+00:00:00.000001"', '"+"', '";"', '";;;;;;;"', '"(((((((("', '"AAAAAAAA========"'),
)
DAMAGE = (
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b'"',
    b"\\",
    b"\r",
    b"\n",
    b",",
    b";",
    b"{",
    b"]",
    b"\\u",
    b"9" * 99,
)
SENTENCES = re.compile(
    r"is (not JSON|not CSV: .+|longer than \d+ bytes|about the same as line \d+)|cannot be read as UTF-8"
    r"|must (be an object .+|name the columns, .+)|has (\d+ cells, .+|a value that such a row does not .+)"
    r"|names a key twice|(\w+|a value) (has more than 500 characters|begins like a formula of a spreadsheet)"
    r"|kind must be .+|brand is not one of the configuration|[a-z_ ]+ must be given"
    r"|(name|email|password|phone|street|postal_code|city|reason) is (refused: [a-z-]+(, [a-z-]+)*|not .+)"
    r"|(phones|ends_at|totp_secret) must .+|totp_secret is not in base32|street, .+ together"
    r"|phone and totp_secret go with a password: .+|a (collectivity|customer|branch|KvK) number is .+"
    r"|role is not one of the brand's catalogue|a BSN .+|there is no organisation .+|the (account|brand) .+"
    r"|no business account of the brand .+|the address belongs to another account of the brand"
)
SEEDS = range(4)
LINES_A_SEED = 500


@pytest.fixture
def settings(tmp_path: Path, redis_url: str) -> Settings:
    """The sample configuration with a state directory of its own."""
    config = Path(shutil.copytree(SAMPLE, tmp_path / "config"))
    return load_settings(config, {"BROKER_STORAGE__REDIS_URL": redis_url})


def _faults(
    settings: Settings, content: bytes, written: FileFormat, printed: pytest.CaptureFixture[str]
) -> dict[int, str]:
    """What reading this file tells, by line; each in a sentence that we know."""
    with waiting_rows() as waiting:
        Reading("rows", settings, waiting).take(io.BytesIO(content), written)
    told = printed.readouterr().err.splitlines()
    found = {}
    for sentence in told:
        line, _, fault = sentence.removeprefix("rows: line ").partition(": ")
        assert SENTENCES.fullmatch(fault), sentence
        found[int(line)] = fault
    return found


def _with_every_value(row: dict[str, str]) -> Iterator[bytes]:
    """The row with each value in each place, with each key twice, and with another key in its place."""
    members = [(json.dumps(name), json.dumps(value)) for name, value in row.items()]
    yield _object(members)
    for place, (name, _) in enumerate(members):
        before, behind = members[:place], members[place + 1 :]
        for value in VALUES:
            yield _object([*before, (name, value), *behind])
        yield _object([*members, members[place]])
        yield _object([*before, ('"\\ud800"', '"x"'), *behind])


def _object(members: list[tuple[str, str]]) -> bytes:
    return f"{{{','.join(f'{name}:{value}' for name, value in members)}}}".encode()


def _damaged(lines: list[bytes], chance: random.Random) -> Iterator[bytes]:
    for _ in range(LINES_A_SEED):
        line = bytearray(chance.choice(lines))
        for _ in range(chance.randint(1, 4)):
            begin = chance.randrange(len(line) + 1)
            line[begin : begin + chance.randint(0, 6)] = chance.choice(DAMAGE)
        yield bytes(line)


def _csv_lines() -> list[bytes]:
    """The same rows as cells, below a line that names every column."""
    columns = sorted({name for row in ROWS for name in row})
    written = io.StringIO()
    cells = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    cells.writeheader()
    cells.writerows(ROWS)
    return written.getvalue().encode().splitlines()


def test_every_value_in_every_place_is_refused_in_words_or_imported(
    settings: Settings, tmp_path: Path, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever reading finds nothing against goes through the whole import: taken, or told and undone."""
    stores, sound = open_stores(settings), []
    for row in ROWS:
        lines = [*_with_every_value(row)]
        found = [line for line in lines if not _faults(settings, line, FileFormat.JSONL, capsys)]
        assert 0 < len(found) < len(lines) / 5
        sound.append(found)
    file = tmp_path / "rows.jsonl"
    words = ["import", "--config", str(tmp_path / "config"), str(file)]
    for together in zip_longest(*sound, fillvalue=b""):
        file.write_bytes(b"\n".join(together))
        before = counted(stores)
        ran = CliRunner().invoke(commands, words, env={"BROKER_STORAGE__REDIS_URL": redis_url})
        assert ran.exception is None or isinstance(ran.exception, ConfigurationError)
        for sentence in ran.stderr.splitlines():
            assert SENTENCES.fullmatch(sentence.partition(": line ")[2].partition(": ")[2]), sentence
        assert ran.exception is None or counted(stores) == before
    assert all(counted(stores))
    stores.database.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("written", list(FileFormat))
def test_damaged_lines_are_told_one_by_one(
    settings: Settings, written: FileFormat, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes that were lost, came in between, or mean something to somebody else."""
    header, *rows = _csv_lines()
    lines = [json.dumps(row).encode() for row in ROWS]
    chance = random.Random(seed)  # noqa: S311 - the same every time
    if written is FileFormat.CSV:
        content = b"\n".join([header, *_damaged(rows, chance)])
    else:
        content = b"\n".join(_damaged(lines, chance))
    assert len(_faults(settings, content, written, capsys)) > LINES_A_SEED / 2
