"""No check of the gate or of the meaning is dead: without it something gets in, or its row says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broker.providers.saml.refusal import AnswerRefused
from tests.security.mutations.drive import decide
from tests.security.mutations.forms import every_form
from tests.security.mutations.matters import Pool, aimed_at, gets_in, taken_over
from tests.security.mutations.redundant import Redundant
from tests.security.mutations.reference import REFERENCES, Reference, what
from tests.security.mutations.sites import all_sites, switched_off
from tests.security.mutations.variant import DEFAULT_SEED, seed

ROWS = [(reference, name, why) for reference in REFERENCES for name, why in reference.redundant.items()]
each_reference = pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.name)
Pools = Callable[[Reference], Pool]


@pytest.fixture(scope="module")
def pools() -> Pools:
    """Refused variants of every code and family, for each page; made when first asked for."""
    made: dict[str, Pool] = {}

    def of(reference: Reference) -> Pool:
        if reference.name not in made:
            made[reference.name] = reference.pool()
        return made[reference.name]

    return of


@each_reference
def test_every_check_has_its_row_in_the_reference(reference: Reference) -> None:
    """A new check, or part of one, comes with its row: `python -m tests.security.mutations.reference`."""
    rows = reference.file.read_text(encoding="utf-8").splitlines()
    missing = [
        site.name
        for site in reference.sites.values()
        if not any(f"| `{site.function}` |" in row and f"| {what(site)} |" in row for row in rows)
    ]
    assert missing == []
    assert set(reference.redundant) <= set(reference.sites)


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
@each_reference
def test_without_any_single_check_something_gets_in(reference: Reference, pools: Pools) -> None:
    """Each check is switched off in turn; the page in the reference says what then got in."""
    targets, sites = pools(reference), reference.sites
    found = reference.families_per_site(targets)
    dead = [name for name, families in found.items() if not families and name not in reference.redundant]
    assert dead == []
    needed = [
        name for name in reference.redundant if gets_in(aimed_at(sites[name], targets.few), [sites[name]])
    ]
    assert needed == [], "these are not redundant any more"
    if seed() == DEFAULT_SEED:
        # Which families come first to mind depends on the seed; that there are some does not.
        written = reference.file.read_text(encoding="utf-8")
        assert written == reference.page(found), "python -m tests.security.mutations.reference"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reference", "name", "why"),
    [pytest.param(*row, id=row[1]) for row in ROWS if row[2].behind],
)
def test_a_check_behind_another_takes_over(
    reference: Reference, name: str, why: Redundant, pools: Pools
) -> None:
    """With the checks in front off it refuses by itself; with all of them off that very message gets in."""
    site, targets = all_sites()[name], pools(reference)
    others = [all_sites()[other] for other in why.behind]
    assert any(taken_over(site, others, within) for within in (targets.few, targets.every))


@pytest.mark.parametrize(
    ("name", "why"),
    [pytest.param(name, why, id=name) for _, name, why in ROWS if why.alone is not None],
)
def test_a_check_that_no_message_reaches_works_when_asked_alone(name: str, why: Redundant) -> None:
    """It refuses what it is for, and lets it pass when switched off."""
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
