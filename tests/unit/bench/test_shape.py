"""Text with gaps says exactly what differed from the example, and nothing else may differ."""

from __future__ import annotations

import pytest

from bench.shape import Shape

_EXAMPLE = '<a ID="_one" at="noon"><ref to="#_one"/>value</a>'
_SHAPE = Shape.of(_EXAMPLE, {"id": "_one", "moment": "noon", "text": "value"})


def test_shape_writes_what_it_then_reads() -> None:
    """Every occurrence of a gap is filled; values that it has no gap for are left alone."""
    values = {"id": "_two", "moment": "midnight", "text": "other"}
    written = _SHAPE.written({**values, "unknown": "?"})
    assert written == '<a ID="_two" at="midnight"><ref to="#_two"/>other</a>'
    assert _SHAPE.read(written) == values


@pytest.mark.parametrize(
    "text",
    [
        _EXAMPLE.replace("<a ", "<b "),
        _EXAMPLE + " ",
        _EXAMPLE.replace("#_one", "#_two"),
        _EXAMPLE.replace("value", "<b/>"),
        _EXAMPLE.replace("noon", ""),
    ],
)
def test_shape_does_not_read_what_differs_in_more_than_its_gaps(text: str) -> None:
    """Other markup, more of it, a reference to another ID, or nothing in a gap."""
    assert _SHAPE.read(text) is None


def test_longer_of_two_values_that_begin_alike_is_meant() -> None:
    """The order in which gaps are named does not matter."""
    shape = Shape.of("x1 x12", {"short": "x1", "long": "x12"})
    assert shape.written({"short": "a", "long": "b"}) == "a b"


def test_value_that_is_nowhere_in_the_example_is_refused() -> None:
    """A gap that is never filled would be a mistake that nobody sees."""
    with pytest.raises(ValueError, match="absent"):
        Shape.of("text", {"absent": "nowhere"})
