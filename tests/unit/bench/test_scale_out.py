"""The parts of the benchmarks that take work off the cores that they share with the broker."""

from __future__ import annotations

import pytest

from bench.cases.scale_out import Load, ceiling


@pytest.mark.parametrize(
    ("broker", "others", "most"),
    [
        (0.010, 0.000, 2.0),
        (0.010, 0.0025, 1.6),
        (0.010, 0.005, 4 / 3),
        (0.010, 0.010, 1.0),
        (0.010, 0.030, 1.0),
    ],
)
def test_ceiling_falls_with_what_others_use(broker: float, others: float, most: float) -> None:
    """One worker leaves the second core to browsers and stores; two workers share both cores with them."""
    load = Load(1.0, broker, others)
    assert ceiling(load, load) == pytest.approx(most)
