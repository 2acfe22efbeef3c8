"""Changed messages of eHerkenning against the gate and the checks on meaning, none let in wrongly.

The figures per family are printed (`pytest -s`); another seed by the environment variable MUTATIONS_SEED.
"""

from __future__ import annotations

import pytest

from tests.security.mutations.catalogue import sample
from tests.security.mutations.codes import KNOWN_EHERKENNING_CODES
from tests.security.mutations.drive import decide
from tests.security.mutations.eherkenning_catalogue import ALL_FAMILIES, every_eherkenning_variant
from tests.security.mutations.eherkenning_forms import EherkenningForm, every_eherkenning_form
from tests.security.mutations.families import advice, sealed
from tests.security.mutations.oracle import is_the_original, readings
from tests.security.mutations.run import Report, run
from tests.security.mutations.variant import Expect, Variant, chooser, seed

SAMPLED = 1_600
LEAST = 60_000


def told(report: Report) -> Report:
    """Print the figures for whoever reads along."""
    print(f"\nseed {seed()}")
    print("\n".join(report.lines()))
    return report


@pytest.mark.parametrize("form", list(every_eherkenning_form()), ids=lambda form: form.name)
def test_every_form_of_eherkenning_is_let_in_unchanged(form: EherkenningForm) -> None:
    """What variants are made from is valid, and the oracle and both readings agree on it."""
    verdict = decide(form, form.message)
    assert verdict.accepted, verdict.word
    assert is_the_original(form.message, form)
    assert verdict.answer is not None
    first, second = readings(form.message, form, verdict.answer)
    assert first == second
    assert len(first) >= (30 if form.successful else 7)


def test_a_sample_of_eherkenning_variants_gets_what_it_deserves() -> None:
    """Over a thousand, evenly over the families, in every run."""
    report = told(run(sample(list(every_eherkenning_variant()), SAMPLED), KNOWN_EHERKENNING_CODES))
    assert report.wrong == []
    assert set(report.families) == set(ALL_FAMILIES)
    assert report.made >= 1_200


@pytest.mark.soak
def test_every_eherkenning_variant_gets_what_it_deserves() -> None:
    """All of them: refused with a code of the catalogue, or accepted as the very same message."""
    report = told(run(every_eherkenning_variant(), KNOWN_EHERKENNING_CODES))
    assert report.wrong == []
    assert report.made >= LEAST


@pytest.mark.parametrize("family", ["advice.resigned", "sealed.resigned"])
def test_what_only_eherkenning_has_is_judged_whole_in_every_run(family: str) -> None:
    """The families about the Advice and the encryption, signed by the right key, on both bindings."""
    make = {"advice.resigned": advice.make_resigned, "sealed.resigned": sealed.make_resigned}[family]
    forms = [form for form in every_eherkenning_form() if form.name in {"artifact", "posted"}]
    variants = [
        Variant(family, f"{form.name}/{what}", form, made, expect)
        for form in forms
        for what, made, expect in make(form, chooser(f"eh.{family}", form.name))
    ]
    report = told(run(variants, KNOWN_EHERKENNING_CODES))
    assert report.wrong == []
    assert report.made == len(variants) > 40


def test_whatever_stands_in_the_advice_the_values_are_those_of_the_makelaar() -> None:
    """A signed Advice that speaks of another company, even in an Assertion by the makelaar's own key."""
    for form in (form for form in every_eherkenning_form() if form.name in {"artifact", "posted"}):
        original = decide(form, form.message)
        accepted = [
            (what, decide(form, made()))
            for what, made, expect in advice.make_resigned(form, chooser("eh.advice", form.name))
            if expect is Expect.ACCEPTED
        ]
        assert len(accepted) > 5
        for what, verdict in accepted:
            assert (verdict.answer, verdict.outcome) == (original.answer, original.outcome), what


def test_eherkenning_variants_are_the_same_in_every_run() -> None:
    """The enumeration depends on nothing but the seed, and no two variants have one name."""
    forms = list(every_eherkenning_form())[-1:]
    once, twice = (
        [(variant.family, variant.name) for variant in every_eherkenning_variant(forms)] for _ in range(2)
    )
    assert once == twice
    assert len(once) == len(set(once))
