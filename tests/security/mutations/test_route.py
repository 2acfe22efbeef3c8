"""A sample of the variants over the whole road: request spent, one event, no session, one page for all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.mutations.catalogue import FAMILIES, every_variant, of_family, sample
from tests.security.mutations.codes import KNOWN_CODES
from tests.security.mutations.forms import of_scene
from tests.security.mutations.route import Journey, Road, running_road, without_handles
from tests.security.mutations.variant import Expect, Variant
from tests.support.saml.answers import Scene
from tests.support.story import Story
from tests.support.system import System

pytestmark = pytest.mark.flow

# The connection of the sample configuration wants Assertions signed.
_SAMPLED = 300
_FEW = 26
# The one refusal that a person can mend, by choosing another way at DigiD, has a page of its own.
_TOLD_APART = {"authn.level-too-low"}
_TOO_LARGE = "channel.too-large"


@pytest.fixture
def road(own_system: System) -> Iterator[Road]:
    """A broker with our back channel behind it."""
    with running_road(own_system) as running:
        yield running


def chosen(size: int) -> list[Variant]:
    """Refused variants of the forms that this connection takes, evenly over the families."""
    refused = (
        variant
        for variant in every_variant()
        if variant.form.want and variant.form.successful and variant.expect is Expect.REFUSED
    )
    return sample(list(refused), size)


def made_for(variant: Variant, scene: Scene) -> bytes:
    """The same variant of the same form, in the scene of a real login."""
    form = of_scene(variant.form, scene)
    family = list(of_family(variant.family, form))
    named = [found for found in family if found.name == variant.name and found.expect is variant.expect]
    refused = [found for found in family if found.expect is Expect.REFUSED]
    return (named or refused)[0].make()


def refused(road: Road, story: Story, variant: Variant) -> tuple[str, str]:
    """Carry one variant through; the code in the audit log, and the page without its handles."""
    journey = road.start()
    before = len(story.events())
    page = journey.come_back(lambda scene: made_for(variant, scene))
    answered = [event for event in story.events()[before:] if event.kind == "login.provider-answered"]
    assert len(answered) == 1, variant.name
    code = str(answered[0].detail["reason"])
    assert (answered[0].result, answered[0].detail["outcome"]) == ("refused", "failed"), variant.name
    assert code in KNOWN_CODES | {_TOO_LARGE}, variant.name
    assert page.status == 200, variant.name
    assert page.support_code == answered[0].support_code, "the code on the page finds the event"
    assert_spent(road, story, journey, variant)
    return code, without_handles(page.html)


def assert_spent(road: Road, story: Story, journey: Journey, variant: Variant) -> None:
    """The request is used up, nobody is logged in, and the artifact was resolved once."""
    resolved = road.resolved
    assert not journey.has_session, variant.name
    assert journey.come_back_again().status == 400, variant.name
    assert road.resolved == resolved, "a spent request resolves no artifact"
    assert str(story.last().detail["reason"]) == "answer-unknown", variant.name
    assert "login.granted" not in story.kinds(), variant.name


def carry(road: Road, variants: list[Variant]) -> dict[str, set[str]]:
    """All of them; the codes that led to each page."""
    story = road.system.story()
    pages: dict[str, set[str]] = {}
    for variant in variants:
        code, page = refused(road, story, variant)
        pages.setdefault(page, set()).add(code)
    return pages


def assert_one_page(pages: dict[str, set[str]]) -> None:
    """Nothing on the page tells which check it was, save the one that a person can mend."""
    alike = [codes for codes in pages.values() if not codes <= _TOLD_APART]
    assert len(alike) == 1, [sorted(codes) for codes in alike]


def test_an_honest_answer_of_the_stand_in_logs_in(road: Road) -> None:
    """The control of all others: on this road a right message does log in."""
    journey, story = road.start(), road.system.story()
    control = next(found for found in every_variant() if found.form.name == "digid-style")
    journey.come_back(lambda scene: of_scene(control.form, scene).message)
    answered = [event for event in story.events() if event.kind == "login.provider-answered"]
    assert [(event.result, event.detail["reason"]) for event in answered] == [("success", None)]
    assert road.resolved == 1


def test_one_variant_of_each_family_is_refused_on_the_whole_road(road: Road) -> None:
    """One of each family in every run."""
    few = chosen(_FEW)
    assert len({variant.family for variant in few}) >= len(FAMILIES) - 5
    assert_one_page(carry(road, few))


@pytest.mark.slow
def test_hundreds_of_variants_are_refused_on_the_whole_road(road: Road) -> None:
    """The same for some hundreds."""
    many = chosen(_SAMPLED)
    pages = carry(road, many)
    print(f"\n{len(many)} variants, {sorted({code for codes in pages.values() for code in codes})}")
    assert_one_page(pages)
