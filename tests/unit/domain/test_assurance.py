"""Levels are ordered within a scheme and told to portals as URIs."""

from __future__ import annotations

import itertools

import pytest

from broker.domain.assurance import ACR_VALUES, Assurance, DigidLevel, Scheme, assurance_for_acr

ORDER = (DigidLevel.BASIS, DigidLevel.MIDDEN, DigidLevel.SUBSTANTIEEL, DigidLevel.HOOG)


@pytest.mark.parametrize(("reached", "required"), list(itertools.product(ORDER, ORDER)))
def test_assurance_meets_exactly_what_is_not_higher(reached: DigidLevel, required: DigidLevel) -> None:
    """A level meets itself and everything below it."""
    meets = Assurance(Scheme.DIGID, reached).meets(Assurance(Scheme.DIGID, required))
    assert meets == (ORDER.index(reached) >= ORDER.index(required))


def test_acr_of_each_level_finds_that_level_again() -> None:
    """The URIs are one to one with the levels."""
    levels = [Assurance(Scheme.DIGID, level) for level in ORDER]
    assert [assurance_for_acr(Scheme.DIGID, level.acr) for level in levels] == levels
    assert tuple(level.acr for level in levels) == ACR_VALUES


def test_acr_that_is_not_ours_finds_nothing() -> None:
    """An unknown URI is not guessed at."""
    assert assurance_for_acr(Scheme.DIGID, "urn:mace:incommon:iap:silver") is None


def test_level_is_found_by_its_name_only() -> None:
    """Names are exact and lower case."""
    assert DigidLevel.from_label("midden") is DigidLevel.MIDDEN
    with pytest.raises(ValueError, match="Midden"):
        DigidLevel.from_label("Midden")
