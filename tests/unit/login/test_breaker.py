"""When a provider is left alone, and how it is found to be well again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broker.login.breaker import (
    BARRED_FOR,
    BARS_AFTER_FAILURES,
    FIRST_TO_TRY,
    THEN_ONE_IN,
    Passage,
    Trouble,
    after_failure,
    may_try,
    passage,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BARRED = Trouble(NOW + BARRED_FOR)


@pytest.mark.parametrize(
    ("trouble", "moment", "expected"),
    [
        (None, NOW, Passage.FREE),
        (Trouble(), NOW, Passage.FREE),
        (BARRED, NOW, Passage.BARRED),
        (BARRED, NOW + BARRED_FOR - SECOND, Passage.BARRED),
        (BARRED, NOW + BARRED_FOR, Passage.TRYING),
        (BARRED, NOW + timedelta(days=1), Passage.TRYING),
    ],
)
def test_passage_follows_from_what_is_known(
    trouble: Trouble | None, moment: datetime, expected: Passage
) -> None:
    """Free until there were enough failures, then nobody for a while, then some to try it."""
    assert passage(trouble, moment) is expected


def test_failures_bar_the_way_when_there_are_enough() -> None:
    """Four are not enough, five are."""
    assert after_failure(Trouble(), BARS_AFTER_FAILURES - 1, NOW) == Trouble()
    assert after_failure(Trouble(), BARS_AFTER_FAILURES, NOW) == BARRED
    assert after_failure(None, 1, NOW) == Trouble()


def test_failure_of_the_one_who_tried_bars_the_way_again() -> None:
    """While the provider recovers one failure is enough, however few there were in the window."""
    later = NOW + BARRED_FOR + SECOND
    assert after_failure(BARRED, 1, later) == Trouble(later + BARRED_FOR)


def test_failure_of_a_call_under_way_does_not_make_the_bar_last_longer() -> None:
    """Calls that began before the bar came down fail one after the other; the end stays where it was."""
    assert after_failure(BARRED, BARS_AFTER_FAILURES + 3, NOW + 10 * SECOND) == BARRED


def test_bar_is_forgotten_some_time_after_it_was_lifted() -> None:
    """When nobody tries, all begins anew; failures that are only counted have no such end."""
    assert BARRED.forgotten_at is not None
    assert BARRED.forgotten_at > NOW + BARRED_FOR
    assert Trouble().forgotten_at is None


def test_first_few_try_it_and_then_some_of_many() -> None:
    """Few people are sent in vain, and no number of strangers who go first uses up everybody's chance."""
    assert all(may_try(asker) for asker in range(1, FIRST_TO_TRY + 1))
    later = [may_try(asker) for asker in range(1001, 1001 + 10 * THEN_ONE_IN)]
    assert later.count(True) == 10
    assert later[:THEN_ONE_IN].count(True) == 1
