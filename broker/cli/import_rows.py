"""The rows of a file to import, one at a time: JSON lines or CSV, in UTF-8, and nothing that hides in a cell.

A file may be longer than memory, and its lines longer than that: no more than one short line is ever held.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from broker.errors import ConfigurationError

STANDARD_INPUT: Final = "-"
LONGEST_LINE_BYTES: Final = 16 * 1024
LONGEST_CELL: Final = 500
"""Characters of one value; longer ones are refused before anything is made of them."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# A password may begin with anything, and a telephone number with a plus; both are judged by their own rules.
NO_FORMULA_IN: Final = frozenset({"password", "phone", "phones", "totp_secret"})


class FileFormat(StrEnum):
    """How the rows are written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of one line by their names."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no row; `fault` repeats nothing of it."""

    line: int
    fault: str


def format_of(file: Path, asked: str | None) -> FileFormat:
    """The format that was asked for, or that the name tells; JSON lines else."""
    if asked is not None:
        return FileFormat(asked)
    return FileFormat.CSV if file.suffix.lower() == ".csv" else FileFormat.JSONL


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """The file, `-` for standard input; `ConfigurationError` when it cannot be read."""
    if str(file) == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise ConfigurationError((f"{file.name}: cannot be read ({type(error).__name__})",)) from error
    with stream:
        yield stream


def rows_of(stream: IO[bytes], file_format: FileFormat) -> Iterator[Row | BadLine]:
    """Every row, in order; lines without text are left out."""
    lines = _lines(stream)
    return _csv_rows(lines) if file_format is FileFormat.CSV else _json_rows(lines)


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, str] | BadLine]:
    number = 0
    while raw := stream.readline(LONGEST_LINE_BYTES + 1):
        number += 1
        if len(raw) > LONGEST_LINE_BYTES:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LONGEST_LINE_BYTES)
            yield BadLine(number, f"is longer than {LONGEST_LINE_BYTES} bytes")
            continue
        if number == 1:
            raw = raw.removeprefix(_BYTE_ORDER_MARK)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            yield BadLine(number, "cannot be read as UTF-8")
            continue
        if text.strip():
            yield number, text.rstrip("\r\n")


def _json_rows(lines: Iterator[tuple[int, str] | BadLine]) -> Iterator[Row | BadLine]:
    for line in lines:
        if isinstance(line, BadLine):
            yield line
            continue
        number, text = line
        try:
            yield Row(number, _checked(_json_object(text)))
        except ValueError as error:
            yield BadLine(number, str(error))


def _json_object(text: str) -> dict[str, str]:
    try:
        # A number is refused in any case; int() would refuse a long one in words of its own.
        raw = json.loads(text, object_pairs_hook=_once, parse_int=float)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise ValueError("must be an object of texts")
    return raw


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("names a key twice")
    return members


def _csv_rows(lines: Iterator[tuple[int, str] | BadLine]) -> Iterator[Row | BadLine]:
    """The first line names the columns; a cell that is empty is a value that is not given."""
    header: list[str] | None = None
    delimiter = ","
    for line in lines:
        if isinstance(line, BadLine):
            yield line
            continue
        number, text = line
        if header is None:
            delimiter = ";" if ";" in text and "," not in text else ","
            header = [name.strip() for name in _cells(text, delimiter) or ()]
            if not header or len(set(header)) < len(header) or "kind" not in header:
                yield BadLine(number, "must name the columns, each once, with kind among them")
                return
            continue
        cells = _cells(text, delimiter)
        if cells is None:
            yield BadLine(number, "is not CSV: every quoted cell has to end on its own line")
        elif len(cells) != len(header):
            yield BadLine(number, f"has {len(cells)} cells, and the first line names {len(header)}")
        else:
            try:
                yield Row(number, _checked(_given(header, cells)))
            except ValueError as error:
                yield BadLine(number, str(error))


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _given(header: list[str], cells: list[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}


def _checked(values: Mapping[str, str]) -> Mapping[str, str]:
    """The same; `ValueError` for a value that no field of ours can hold."""
    for name, value in values.items():
        if len(value) > LONGEST_CELL:
            raise ValueError(f"{_shown(name)} has more than {LONGEST_CELL} characters")
        if value.startswith(FORMULA) and name not in NO_FORMULA_IN:
            raise ValueError(f"{_shown(name)} begins like a formula of a spreadsheet")
    return values


def _shown(name: str) -> str:
    """The name of a field, where it can be one."""
    return name if name.isidentifier() and len(name) <= LONGEST_CELL // 10 else "a value"
