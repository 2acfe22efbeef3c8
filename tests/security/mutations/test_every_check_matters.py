"""No check of the gate or of the meaning is dead: without it something gets in, or its row says why not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from broker.providers.saml.refusal import AnswerRefused
from tests.security.mutations.drive import decide
from tests.security.mutations.forms import every_form
from tests.security.mutations.matters import Pool, Target, aimed_at, gets_in, pool
from tests.security.mutations.redundant import REDUNDANT
from tests.security.mutations.reference import FILE, families_per_site, page, what
from tests.security.mutations.sites import Site, all_sites, switched_off
from tests.security.mutations.variant import DEFAULT_SEED, seed


@pytest.fixture(scope="module")
def targets() -> Pool:
    """Refused variants of every code and family."""
    return pool()


def test_every_check_has_its_row_in_the_reference() -> None:
    """A new check, or part of one, comes with its row: `python -m tests.security.mutations.reference`."""
    rows = FILE.read_text(encoding="utf-8").splitlines()
    missing = [
        site.name
        for site in all_sites().values()
        if not any(f"| `{site.function}` |" in row and f"| {what(site)} |" in row for row in rows)
    ]
    assert missing == []
    assert set(REDUNDANT) <= set(all_sites())


def test_switching_off_really_switches_off() -> None:
    """The instrument works: without its check a crowd of variants gets in, and afterwards none."""
    site = all_sites()["verify._verify_one: signature.digest"]
    form = next(every_form())
    forged = form.signed_text.replace("900029365", "999990019").encode()
    assert decide(form, forged).code == "signature.digest"
    with switched_off([site]):
        assert decide(form, forged).accepted
    assert decide(form, forged).code == "signature.digest"


@pytest.mark.slow
def test_without_any_single_check_something_gets_in(targets: Pool) -> None:
    """Each check is switched off in turn; the page in the reference says what then got in."""
    found = families_per_site(targets)
    dead = [name for name, families in found.items() if not families and name not in REDUNDANT]
    assert dead == []
    needed = [
        name for name in REDUNDANT if gets_in(aimed_at(all_sites()[name], targets.few), [all_sites()[name]])
    ]
    assert needed == [], "these are not redundant any more"
    if seed() == DEFAULT_SEED:
        # Which families come first to mind depends on the seed; that there are some does not.
        assert FILE.read_text(encoding="utf-8") == page(found), "python -m tests.security.mutations.reference"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, why in REDUNDANT.items() if why.behind])
def test_a_check_behind_another_takes_over(name: str, targets: Pool) -> None:
    """With the checks in front off it refuses by itself; with all of them off that very message gets in."""
    site = all_sites()[name]
    others = [all_sites()[other] for other in REDUNDANT[name].behind]
    assert any(_taken_over(site, others, within) for within in (targets.few, targets.every))


def _taken_over(site: Site, others: list[Site], within: Sequence[Target]) -> list[Target]:
    """A target that only `site` refuses once the others are off."""
    looked_at = {id(target): target for aim in (site, *others) for target in aimed_at(aim, within)}
    with switched_off(others):
        still_refused = [
            target
            for target in looked_at.values()
            if decide(target.variant.form, target.message).code is not None
        ]
    return gets_in(still_refused, [site, *others], enough=1)


@pytest.mark.parametrize("name", [name for name, why in REDUNDANT.items() if why.alone is not None])
def test_a_check_that_no_message_reaches_works_when_asked_alone(name: str) -> None:
    """It refuses what it is for, and lets it pass when switched off."""
    why = REDUNDANT[name]
    assert why.alone is not None
    with pytest.raises(AnswerRefused):
        why.alone()
    if why.narrows:
        return
    with switched_off([all_sites()[name]]):
        try:
            why.alone()
        except AnswerRefused as refusal:
            pytest.fail(f"still refused: {refusal.reason_code}")
        except (AttributeError, TypeError):
            pass
