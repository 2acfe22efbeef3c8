"""CPU to consume a doubly signed ArtifactResponse through the whole gate, against one signature."""

from __future__ import annotations

from bench.cases.common import Options
from bench.results import Figure, Target
from bench.saml_consume import PER_ROUND, ROUNDS, measure

TARGET = Target(bar=3, goal=1)


def saml_consume(_options: Options) -> list[Figure]:
    """All five steps of the gate; what refusing hostile messages costs there is told beside it."""
    consume, *refusals = measure()
    details = {f"{refusal.name}, in signatures": refusal.median for refusal in refusals}
    return [
        Figure("saml-consume", consume.median, TARGET, consume.low, consume.high, ROUNDS * PER_ROUND, details)
    ]
