"""Judges variants one by one and counts what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.security.mutations.drive import Verdict, decide
from tests.security.mutations.forms import Form
from tests.security.mutations.oracle import is_the_original, readings
from tests.security.mutations.variant import Expect, Variant


@dataclass
class Figures:
    """Of one family."""

    made: int = 0
    refused: int = 0
    accepted: int = 0
    codes: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    """Of one run: figures per family, every wrong verdict, and the dearest message in seconds of CPU."""

    families: dict[str, Figures] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    dearest: tuple[float, str] = (0.0, "")

    def lines(self) -> Iterator[str]:
        """The figures as a table."""
        yield f"{'family':24} {'made':>6} {'refused':>8} {'accepted':>9} codes"
        for name, figures in self.families.items():
            row = f"{name:24} {figures.made:6} {figures.refused:8} {figures.accepted:9}"
            yield f"{row} {len(figures.codes)}"
        every = self.families.values()
        total = (sum(f.made for f in every), sum(f.refused for f in every), sum(f.accepted for f in every))
        yield f"{'in all':24} {total[0]:6} {total[1]:8} {total[2]:9} wrong: {len(self.wrong)}"
        yield f"dearest: {self.dearest[0] * 1000:.1f} ms of CPU, {self.dearest[1]}"

    @property
    def made(self) -> int:
        """How many variants were judged."""
        return sum(figures.made for figures in self.families.values())

    @property
    def codes(self) -> set[str]:
        """Every reason code that was given."""
        return {code for figures in self.families.values() for code in figures.codes}


def run(variants: Iterable[Variant], known_codes: frozenset[str]) -> Report:
    """Judge each variant; nothing is raised, all that is wrong stands in the report."""
    report = Report()
    for variant in variants:
        try:
            message = variant.make()
        except Exception as fault:  # noqa: BLE001  a family's own fault is told beside the others
            report.wrong.append(f"{variant.family} {variant.name}: cannot be made: {fault!r}")
            continue
        verdict = decide(variant.form, message)
        figures = report.families.setdefault(variant.family, Figures())
        figures.made += 1
        figures.accepted += verdict.accepted
        figures.refused += verdict.code is not None
        if verdict.code is not None:
            figures.codes[verdict.code] += 1
        report.dearest = max(report.dearest, (verdict.cpu_seconds, f"{variant.family} {variant.name}"))
        wrong = fault_of(variant, message, verdict, known_codes)
        if wrong is not None:
            report.wrong.append(f"{variant.family} {variant.name}: {wrong}")
    return report


def fault_of(variant: Variant, message: bytes, verdict: Verdict, known_codes: frozenset[str]) -> str | None:
    """What is wrong with a verdict, in a sentence; None when it is right."""
    if verdict.crash is not None:
        return f"another error than a refusal came out: {verdict.crash}"
    if verdict.code is not None:
        if verdict.code not in known_codes:
            return f"the code {verdict.code!r} is not in the catalogue"
        wanted = variant.expect in {Expect.SAME, Expect.ACCEPTED}
        return f"refused with {verdict.code}, must be accepted" if wanted else None
    return _fault_of_accepted(variant, message, verdict)


def _fault_of_accepted(variant: Variant, message: bytes, verdict: Verdict) -> str | None:
    if variant.expect is Expect.REFUSED:
        return "accepted"
    assert verdict.answer is not None
    first, second = readings(message, variant.form, verdict.answer)
    if first != second:
        return "the gate and a second parser read different values"
    if variant.expect is Expect.ACCEPTED:
        return None
    if not is_the_original(message, variant.form):
        return "accepted, though the oracle sees another message"
    original = verdict_on(variant.form)
    if (verdict.answer, verdict.outcome) != (original.answer, original.outcome):
        return "accepted with other values than the original"
    return None


def verdict_on(form: Form) -> Verdict:
    """What comes of the form's own message."""
    return decide(form, form.message)
