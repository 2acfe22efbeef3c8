"""Instruments count what they are told, never without end, and never anything of a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broker.domain.accounts import AccountId
from broker.domain.events import LoginGranted, LoginRefused, ProviderAnswered, Result, TurnedAway
from broker.errors import StorageUnavailable
from broker.metrics.catalogue import (
    CATALOGUE,
    DEPENDENCY_UP,
    ERRORS,
    LOGINS,
    QUEUE_DEPTH,
    REQUEST_SECONDS,
    REQUESTS_IN_PROGRESS,
)
from broker.metrics.from_events import count_event
from broker.metrics.instruments import use_meter
from broker.metrics.prometheus import MOST_SERIES, PrometheusMeter, exposition
from broker.metrics.reading import Sample, Source


@pytest.fixture
def meter() -> Iterator[PrometheusMeter]:
    """Counts in memory for one test."""
    made = PrometheusMeter()
    use_meter(made)
    yield made
    use_meter(None)


def test_instruments_without_a_meter_do_nothing() -> None:
    """Counting needs no preparation and leaves nothing behind."""
    ERRORS.add(code="internal")
    REQUEST_SECONDS.observe(0.1, method="GET", route="/", status="2xx")
    assert exposition(()) == b""


def test_instruments_count(meter: PrometheusMeter) -> None:
    """Counters add up, histograms sort into buckets, levels go up and down."""
    for _ in range(3):
        ERRORS.add(code="not-found")
    REQUEST_SECONDS.observe(0.2, method="GET", route="/<brand>/login/<attempt>", status="2xx")
    REQUESTS_IN_PROGRESS.shift(2)
    REQUESTS_IN_PROGRESS.shift(-1)
    text = meter.text().decode()
    assert 'voordeur_errors_total{code="not-found"} 3.0' in text
    assert 'route="/<brand>/login/<attempt>",status="2xx"} 1.0' in text
    assert "voordeur_requests_in_progress 1.0" in text


@pytest.mark.parametrize(
    "value",
    ["939099603", "+31612345601", "somebody@post.example", "a\nb", "code-123456", "x" * 121, "{evil}"],
)
def test_label_that_could_be_of_a_person_becomes_other(meter: PrometheusMeter, value: str) -> None:
    """No value with a long number or strange characters gets through (A65)."""
    ERRORS.add(code=value)
    text = meter.text().decode()
    assert value not in text
    assert 'voordeur_errors_total{code="other"} 1.0' in text


def test_series_do_not_grow_without_end(meter: PrometheusMeter) -> None:
    """Beyond the cap everything new is counted as other, and nothing is lost."""
    letters = [chr(ord("a") + number) for number in range(26)]
    names = [f"{one}{two}{three}" for one in letters for two in letters for three in letters[:3]]
    assert len(names) > MOST_SERIES
    for name in names:
        ERRORS.add(code=name)
    lines = [line for line in meter.text().decode().splitlines() if line.startswith("voordeur_errors_total")]
    assert len(lines) == MOST_SERIES + 1
    assert sum(float(line.rpartition(" ")[2]) for line in lines) == len(names)


def test_logins_are_counted_by_provider_outcome_level_and_brand(meter: PrometheusMeter) -> None:
    """Each way in which an attempt goes on or ends has its own series."""
    account = AccountId("0190")
    for earlier in (False, True):
        count_event(
            LoginGranted(
                brand="cz",
                result=Result.SUCCESS,
                client_id="mijn-cz",
                account_id=account,
                sid="s",
                scheme="digid",
                level="midden",
                by_earlier_login=earlier,
            )
        )
    for outcome in ("cancelled", "failed", "unavailable"):
        count_event(
            ProviderAnswered(
                brand="cz", result=Result.REFUSED, scheme="digid", outcome=outcome, reason="x", level=None
            )
        )
    count_event(
        TurnedAway(brand="cz", result=Result.REFUSED, client_id="mijn-cz", scheme="digid", reason="outage")
    )
    count_event(LoginRefused(brand="cz", result=Result.REFUSED, client_id="mijn-cz", reason="no-account"))
    text = meter.text().decode()
    for outcome, level in (
        ("granted", "midden"),
        ("granted-by-session", "midden"),
        ("cancelled", "none"),
        ("failed", "none"),
        ("unavailable", "none"),
        ("turned-away", "none"),
    ):
        series = f'{{brand="cz",level="{level}",outcome="{outcome}",provider="digid"}}'
        assert f"{LOGINS.name}_total{series} 1.0" in text
    assert f'{LOGINS.name}_total{{brand="cz",level="none",outcome="refused",provider="none"}} 1.0' in text


def test_figures_of_a_store_that_is_away_are_left_out() -> None:
    """One source that fails hides no other."""

    def away() -> list[Sample]:
        raise StorageUnavailable("database: gone")

    sources = (Source(QUEUE_DEPTH, away), Source(DEPENDENCY_UP, lambda: [Sample(("database",), 0)]))
    text = exposition(sources).decode()
    assert QUEUE_DEPTH.name not in text
    assert 'voordeur_dependency_up{dependency="database"} 0.0' in text


def test_catalogue_names_each_figure_once_and_by_the_book() -> None:
    """Names begin with ours and carry their unit; Prometheus adds the ending of counters itself."""
    names = [metric.name for metric in CATALOGUE]
    assert len(set(names)) == len(names)
    for metric in CATALOGUE:
        assert metric.name.startswith("voordeur_")
        assert not metric.name.endswith("_total")
        assert metric.meaning.endswith(".")
