"""Whether the time of an answer tells who has an account, or an invitation, when a link is asked for."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from itertools import count

from sqlalchemy import create_engine, text

from bench.asker import Asker
from bench.cases.common import Options
from bench.cases.enumeration import TARGET, either_way
from bench.guesser import add_people, invited, known, unknown
from bench.harness import interleaved, ratios
from bench.results import Figure, quartiles
from bench.stage import Stage, Wanted, standing

TRIES_A_ROUND = 10
WARM_UP_TRIES = 20
# As often as an address may be asked for in an hour; after that no link is made for it.
_OF_ONE_ADDRESS = 5
_GRANTED = text("SELECT count(*) FROM audit_events WHERE kind = 'password.link-asked' AND result = 'success'")


def enumeration_reset(options: Options) -> list[Figure]:
    """A link for somebody with a password, and for somebody who was invited, against one for nobody.

    The figures are made as those of `enumeration`: in turns, medians, the ratio or its inverse.
    """
    people = math.ceil(options.effort.rounds * TRIES_A_ROUND / _OF_ONE_ADDRESS)
    wanted = Wanted(
        database=options.database(), prepare=lambda stage: add_people(stage, people, of_each=True)
    )
    with standing(wanted) as stage:
        asker = Asker(stage.sites.broker)
        for number in range(WARM_UP_TRIES):
            asker.ask(unknown(90_000 + number))
        names: dict[str, Callable[[int], str]] = {
            "known": known,
            "invited": invited,
            "unknown": unknown,
            "other unknown": lambda number: unknown(50_000 + number),
        }
        things = {kind: _median_of(asker, name, people) for kind, name in names.items()}
        rounds = interleaved(things, options.effort)
        asker.close()
        tries = len(rounds) * TRIES_A_ROUND
        _require_granted(stage, 2 * tries)
    low, high = quartiles(ratios(rounds, "other unknown", "unknown"))
    return [
        either_way(
            Figure.of_rounds(
                name,
                TARGET,
                ratios(rounds, kind, "unknown"),
                operations=tries,
                details={
                    f"link for an address that is {kind}, ms": _milliseconds(rounds, kind),
                    "link for an unknown address, ms": _milliseconds(rounds, "unknown"),
                    "noise: first quartile": low,
                    "noise: third quartile": high,
                },
            )
        )
        for name, kind in (("enumeration-reset", "known"), ("enumeration-activation", "invited"))
    ]


def _milliseconds(rounds: list[Mapping[str, float]], kind: str) -> float:
    return statistics.median(found[kind] for found in rounds) * 1e3


def _median_of(asker: Asker, name: Callable[[int], str], people: int) -> Callable[[], float]:
    numbers = count()
    return lambda: statistics.median(asker.ask(name(next(numbers) % people)) for _ in range(TRIES_A_ROUND))


def _require_granted(stage: Stage, wanted: int) -> None:
    """Were links refused for being asked too often, the case would compare nothing with nothing."""
    engine = create_engine(stage.database_url)
    with engine.connect() as connection:
        granted = connection.execute(_GRANTED).scalar_one()
    engine.dispose()
    if granted != wanted:
        raise RuntimeError(f"{granted} links were made in place of {wanted}")
