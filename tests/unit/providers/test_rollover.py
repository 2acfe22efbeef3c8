"""What is in use and what comes next: the moment decides, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broker.providers.saml.rollover import Rollover, Upcoming

MOMENT = datetime(2027, 1, 15, 9, tzinfo=UTC)
BEFORE = MOMENT - timedelta(microseconds=1)


def test_next_is_used_from_its_moment_on() -> None:
    """Not a moment earlier, and from then on for good."""
    rolling = Rollover("old", Upcoming("new", MOMENT))
    assert [rolling.at(now) for now in (BEFORE, MOMENT, MOMENT + timedelta(days=900))] == [
        "old",
        "new",
        "new",
    ]


def test_both_are_told_with_the_one_in_use_first() -> None:
    """Others know both, before and after."""
    rolling = Rollover("old", Upcoming("new", MOMENT))
    assert rolling.all_at(BEFORE) == ("old", "new")
    assert rolling.all_at(MOMENT) == ("new", "old")


def test_without_a_next_one_there_is_one() -> None:
    """At any moment."""
    assert Rollover("only").all_at(MOMENT) == ("only",)
