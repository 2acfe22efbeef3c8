"""What thousands of collectivities cost: for somebody who works for them, and for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from itertools import count

from bench.cases.common import LOGINS_A_ROUND, Options
from bench.crowd import add_accounts, add_collectivities
from bench.employee import Employee, add_employee, email_of, number_of
from bench.harness import interleaved, ratios
from bench.results import Figure, Target
from bench.stage import Preparation, Stage, Wanted, standing

TARGET = Target(bar=2.0, goal=1.5)
FLAT = Target(bar=1.1, goal=1.02)
PLACES = 5_000
ACCOUNTS, COLLECTIVITIES = 100_000, 20_000
WARM_UP_ROUNDS = 5
ONE, MANY = "alleen", "velen"


def relations(options: Options) -> list[Figure]:
    """Somebody with 5,000 collectivities against somebody with one: in by session, a search, a switch.

    The password is left out: its hash costs more than all the rest, and would make any two logins alike.
    """

    def prepare(stage: Stage) -> None:
        add_employee(stage, ONE, 1)
        add_employee(stage, MANY, PLACES)

    with standing(Wanted(database=options.database(), prepare=prepare)) as stage:
        people = {name: Employee(stage, email_of(name), number_of(name, 0)) for name in (ONE, MANY)}
        places, turns = {ONE: 1, MANY: PLACES}, count()

        def acts(name: str) -> dict[str, Callable[[], object]]:
            person = people[name]
            return {
                "log in": person.come_back,
                "search": lambda: person.search(f"bedrijf {next(turns) % places[name]}"),
                "switch": lambda: person.switch(number_of(name, next(turns) % places[name])),
            }

        things = {
            f"{act}, {name}": _cpu_of(stage, does) for name in people for act, does in acts(name).items()
        }
        for _ in range(WARM_UP_ROUNDS):
            for measure in things.values():
                measure()
        rounds = interleaved(things, options.effort)
        for person in people.values():
            person.close()
    operations = len(rounds) * LOGINS_A_ROUND
    return [
        Figure.of_rounds(
            f"relations: {act}",
            TARGET,
            ratios(rounds, f"{act}, {MANY}", f"{act}, {ONE}"),
            operations=operations,
        )
        for act in ("log in", "search", "switch")
    ]


def relations_flat(options: Options) -> list[Figure]:
    """Somebody with one collectivity, alone and beside a crowd of accounts and collectivities."""
    with ExitStack() as stack:

        def coming_back(prepare: Preparation) -> Callable[[], float]:
            stage = stack.enter_context(standing(Wanted(database=options.database(), prepare=prepare)))
            person = Employee(stage, email_of(ONE), number_of(ONE, 0))
            stack.callback(person.close)
            for _ in range(WARM_UP_ROUNDS * LOGINS_A_ROUND):
                person.come_back()
            return _cpu_of(stage, person.come_back)

        rounds = interleaved({"alone": coming_back(_alone), "crowded": coming_back(_crowded)}, options.effort)
    found, operations = ratios(rounds, "crowded", "alone"), len(rounds) * LOGINS_A_ROUND
    return [Figure.of_rounds("relations: crowded", FLAT, found, operations=operations)]


def _alone(stage: Stage) -> None:
    add_employee(stage, ONE, 1)


def _crowded(stage: Stage) -> None:
    _alone(stage)
    add_accounts(stage, ACCOUNTS)
    add_collectivities(stage, COLLECTIVITIES)


def _cpu_of(stage: Stage, act: Callable[[], object]) -> Callable[[], float]:
    """The broker's CPU for one act, as the mean of a few."""

    def measure() -> float:
        before = stage.cpu_seconds()
        for _ in range(LOGINS_A_ROUND):
            act()
        return (stage.cpu_seconds() - before) / LOGINS_A_ROUND

    return measure
