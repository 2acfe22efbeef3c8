"""Tens of thousands of changed messages against the gate and the checks on meaning, none let in wrongly.

The figures per family are printed (`pytest -s`); another seed by the environment variable MUTATIONS_SEED.
"""

from __future__ import annotations

import pytest

from tests.security.mutations.catalogue import FAMILIES, every_variant, sample
from tests.security.mutations.codes import KNOWN_CODES, KNOWN_EHERKENNING_CODES, UNREACHED
from tests.security.mutations.drive import decide
from tests.security.mutations.forms import Form, every_form
from tests.security.mutations.oracle import is_the_original, readings
from tests.security.mutations.run import Report, run
from tests.security.mutations.sites import all_sites
from tests.security.mutations.variant import Expect, seed

SAMPLED = 2_200
LEAST = 20_000


def told(report: Report) -> Report:
    """Print the figures for whoever reads along."""
    print(f"\nseed {seed()}")
    print("\n".join(report.lines()))
    return report


@pytest.mark.parametrize("form", list(every_form()), ids=lambda form: form.name)
def test_every_form_is_let_in_unchanged(form: Form) -> None:
    """What variants are made from is valid, and the oracle and both readings agree on it."""
    verdict = decide(form, form.message)
    assert verdict.accepted, verdict.word
    assert is_the_original(form.message, form)
    assert verdict.answer is not None
    first, second = readings(form.message, form, verdict.answer)
    assert first == second
    assert len(first) > 10


def test_a_sample_of_the_variants_gets_what_it_deserves() -> None:
    """Two thousand, evenly over the families, in every run."""
    report = told(run(sample(list(every_variant()), SAMPLED), KNOWN_CODES))
    assert report.wrong == []
    assert set(report.families) == set(FAMILIES)
    assert report.made >= 2_000


@pytest.mark.slow
def test_every_variant_gets_what_it_deserves() -> None:
    """All of them: refused with a code of the catalogue, or accepted as the very same message."""
    report = told(run(every_variant(), KNOWN_CODES))
    assert report.wrong == []
    assert report.made >= LEAST
    assert KNOWN_CODES - report.codes == UNREACHED, "a code that no variant brings about has its reason"


def test_the_catalogue_of_codes_is_that_of_the_code() -> None:
    """Every code that a check names is in the catalogue, so that a new one is noticed."""
    named = {code for site in all_sites().values() for code in site.codes if not code.startswith("*")}
    assert named - KNOWN_EHERKENNING_CODES == set()


def test_variants_are_the_same_in_every_run() -> None:
    """The enumeration depends on nothing but the seed."""
    form = next(every_form())
    once, twice = ([(variant.family, variant.name) for variant in every_variant([form])] for _ in range(2))
    assert once == twice
    assert len(once) == len(set(once)), "two variants have one name"


def test_the_oracle_sees_another_message_where_there_is_one() -> None:
    """It is no rubber stamp: of the blind changes it calls few the original."""
    form = next(every_form())
    free = [variant for variant in every_variant([form]) if variant.expect is Expect.FREE]
    looked_at = free[:: max(1, len(free) // 300)]
    same = sum(is_the_original(variant.make(), form) for variant in looked_at)
    assert 0 < same < len(looked_at) / 2
