"""Whether everything that runs works with the configuration that was published last."""

from __future__ import annotations

from collections.abc import Iterator

from broker.cli.doctor.findings import Finding, failure, good
from broker.cli.doctor.stores import was_started
from broker.cli.following import generations_of
from broker.settings import Settings
from broker.storage.configuration_generations import Follower
from broker.wiring.stores import opened_stores

_PART = "reload"


def check_generations(settings: Settings) -> Iterator[Finding]:
    """Each server and worker that has told lately that it is there; nothing where none has."""
    if not was_started(settings):
        return
    with opened_stores(settings) as stores:
        generations = generations_of(stores)
        current = generations.current()
        yield from (_found(one, current) for one in generations.followers())


def _found(one: Follower, current: int) -> Finding:
    if one.works_with == current:
        return good(_PART, f"{one.name} works with generation {current} of the configuration")
    why = (
        "its files had faults: mend them there, `broker check`, and `broker reload` again"
        if one.refused == current
        else "its log says why"
    )
    stays = f"{one.name} still works with generation {one.works_with}, and {current} is published"
    return failure(_PART, f"{stays}; {why}")
