"""Statements that run with every login: SQL made once, run by the database's own driver.

SQLAlchemy writes the SQL and knows how values travel. Executing through it costs many times what the driver
and the database need for one row, and a login executes a dozen statements. What is executed stays the same.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ReadyStatement:
    """The statement for one kind of database; `values` gives the parameters as its driver wants them."""

    sql: str
    values: Callable[[Mapping[str, object]], Any]
    row: Callable[[tuple[Any, ...]], Any]


class Prepared:
    """A statement that takes all its values as named parameters. Made once, and shared by threads."""

    def __init__(self, statement: ClauseElement, *columns: str) -> None:
        """`columns`: those that an INSERT without values of its own fills."""
        self._statement = statement
        self._columns = columns
        self._ready: dict[str, ReadyStatement] = {}

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return isinstance(self._statement, Select)

    def ready(self, dialect: Dialect) -> ReadyStatement:
        """The statement for this kind of database."""
        known = self._ready.get(dialect.name)
        if known is None:
            known = self._ready[dialect.name] = _make(self._statement, self._columns, dialect)
        return known


def _make(statement: ClauseElement, columns: tuple[str, ...], dialect: Dialect) -> ReadyStatement:
    compiled = statement.compile(dialect=dialect, column_keys=columns or None)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only statements of the expression language can be prepared")
    if any(bind.expanding for bind in compiled.binds.values()):
        raise ValueError("a list of values makes other SQL each time")
    binds = {name: _to_driver(bind, dialect) for name, bind in compiled.binds.items()}
    order = compiled.positiontup
    values = _by_name(binds) if order is None else _in_order([(name, binds[name]) for name in order])
    # What stands in the statement itself, as the 1 in "sequence + 1".
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
    complete = (lambda given: values(fixed | given)) if fixed else values
    return ReadyStatement(compiled.string, complete, _row_of(statement, dialect))


def _to_driver(bind: BindParameter[Any], dialect: Dialect) -> _Convert | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def _in_order(order: list[tuple[str, _Convert | None]]) -> Callable[[Mapping[str, object]], Any]:
    names = [name for name, _ in order]
    # Most values travel as they are; the few others are converted in their places.
    converts = [(place, convert) for place, (_, convert) in enumerate(order) if convert is not None]

    def values(given: Mapping[str, object]) -> list[object]:
        found = list(map(given.__getitem__, names))
        for place, convert in converts:
            found[place] = convert(found[place])
        return found

    return values


def _by_name(binds: dict[str, _Convert | None]) -> Callable[[Mapping[str, object]], Any]:
    names = list(binds)
    converts = [(name, convert) for name, convert in binds.items() if convert is not None]

    def values(given: Mapping[str, object]) -> dict[str, object]:
        found = dict(zip(names, map(given.__getitem__, names), strict=True))
        for name, convert in converts:
            found[name] = convert(found[name])
        return found

    return values


def _row_of(statement: ClauseElement, dialect: Dialect) -> Callable[[tuple[Any, ...]], Any]:
    """Gives a row its names, and its values their types."""
    if not isinstance(statement, Select):
        return tuple
    columns = list(statement.selected_columns)
    make: Callable[..., Any] = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]  # noqa: PYI024 - the names are known at run time only
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    if not any(converts):
        return lambda row: make(*row)
    return lambda row: make(
        *[value if convert is None else convert(value) for value, convert in zip(row, converts, strict=True)]
    )
