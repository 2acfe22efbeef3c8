"""CPU to consume an answer behind an artifact through the whole gate, against one signature."""

from __future__ import annotations

from bench.cases.common import Options
from bench.results import Figure, Target
from bench.saml_consume import PER_ROUND, ROUNDS, Ratio, measure, measure_eherkenning

TARGET = Target(bar=3, goal=1)
EHERKENNING = Target(bar=5, goal=3.5)
"""Two identifiers are decrypted, which is two signatures' work before anything else."""


def saml_consume(_options: Options) -> list[Figure]:
    """DigiD's, all five steps of the gate; what refusing hostile messages costs there is told beside it."""
    consume, *refusals = measure()
    details = {f"{refusal.name}, in signatures": refusal.median for refusal in refusals}
    return [_figure(consume, TARGET, details)]


def eherkenning_consume(_options: Options) -> list[Figure]:
    """EHerkenning's: gate, Advice, the checks on what it says, and both encrypted identifiers."""
    return [_figure(measure_eherkenning(), EHERKENNING, {})]


def _figure(ratio: Ratio, target: Target, details: dict[str, float]) -> Figure:
    operations = ROUNDS * PER_ROUND
    return Figure(ratio.name, ratio.median, target, ratio.low, ratio.high, operations, details)
