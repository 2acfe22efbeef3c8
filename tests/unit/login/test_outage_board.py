"""Which announced outage a process knows of, and how far behind it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from broker.domain.outages import Outage
from broker.login.outage_board import BEHIND_AT_MOST_SECONDS, OutageBoard

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EVERYWHERE = Outage("digid", None, NOW)
AT_CZ = Outage("digid", "cz", NOW, text_nl="Alleen bij CZ.")


@dataclass
class Source:
    """What is announced, and how often somebody asked."""

    outages: tuple[Outage, ...] = ()
    asked: int = 0

    def all(self) -> tuple[Outage, ...]:
        """Every one."""
        self.asked += 1
        return self.outages


def test_outage_holds_for_its_provider_and_its_brand() -> None:
    """One without a brand is for every brand; the brand's own goes first."""
    board = OutageBoard(Source((EVERYWHERE, AT_CZ)))
    assert board.find("digid", "cz", NOW) == AT_CZ
    assert board.find("digid", "vgz", NOW) == EVERYWHERE
    assert board.find("digid-preprod", "cz", NOW) is None


def test_outage_ends_by_itself() -> None:
    """At its end, and not before."""
    board = OutageBoard(Source((replace(EVERYWHERE, until=NOW + timedelta(minutes=5)),)))
    assert board.find("digid", "cz", NOW + timedelta(minutes=5, seconds=-1)) is not None
    assert board.find("digid", "cz", NOW + timedelta(minutes=5)) is None


def test_board_is_a_moment_behind_and_no_more() -> None:
    """The source is asked once in a while, not once a page; what is announced is known within two seconds."""
    source, seconds = Source(), [100.0]
    board = OutageBoard(source, monotonic=lambda: seconds[0])
    assert [board.find("digid", "cz", NOW) for _ in range(5)] == [None] * 5
    assert source.asked == 1
    source.outages = (EVERYWHERE,)
    seconds[0] += BEHIND_AT_MOST_SECONDS - 0.1
    assert board.find("digid", "cz", NOW) is None
    seconds[0] += 0.1
    assert board.find("digid", "cz", NOW) == EVERYWHERE
    assert BEHIND_AT_MOST_SECONDS <= 2
