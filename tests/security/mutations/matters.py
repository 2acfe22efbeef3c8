"""Which variants get in, or crash, when a check is switched off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property

from broker.providers.saml.decrypt import UNDECRYPTABLE
from tests.security.mutations.catalogue import FAMILIES, of_family
from tests.security.mutations.drive import decide
from tests.security.mutations.eherkenning_catalogue import every_eherkenning_variant
from tests.security.mutations.eherkenning_forms import every_eherkenning_form
from tests.security.mutations.forms import every_form
from tests.security.mutations.sites import Site, all_sites, switched_off
from tests.security.mutations.variant import Variant

# Blind changes find a check too, but by chance; a check must matter to somebody who aims at it.
_BLIND = {"bytes", "tree", "controls", "spelling"}
_FORMS = {"assertion-signed", "cancelled", "assertion-unsigned"}
_EHERKENNING_FORMS = {"artifact", "posted", "artifact-cancelled", "posted-cancelled"}
_EHERKENNING_FAMILIES = ("advice.resigned", "sealed.resigned", "sem.mandates")
_OF_EACH = 12


@dataclass(frozen=True)
class Target:
    """A variant that is refused, with the code of its refusal."""

    variant: Variant
    code: str

    @cached_property
    def message(self) -> bytes:
        """Made when it is first looked at, and kept."""
        return self.variant.make()


@dataclass(frozen=True)
class Pool:
    """All refused variants, and of each code a few of every family, evenly from its first to its last."""

    every: tuple[Target, ...] = field(repr=False)
    few: tuple[Target, ...] = field(repr=False)


def pool() -> Pool:
    """Every variant on DigiD's forms that aims at something."""
    forms = [form for form in every_form() if form.name in _FORMS]
    families = [name for name in FAMILIES if name not in _BLIND]
    return _judged(variant for form in forms for name in families for variant in of_family(name, form))


def eherkenning_pool() -> Pool:
    """The variants on eHerkenning's forms that aim at what this scheme has besides."""
    forms = [form for form in every_eherkenning_form() if form.name in _EHERKENNING_FORMS]
    return _judged(every_eherkenning_variant(forms, _EHERKENNING_FAMILIES))


def _judged(variants: Iterable[Variant]) -> Pool:
    """Judge each, once."""
    found: dict[tuple[str, str], list[Target]] = {}
    for variant in variants:
        code = decide(variant.form, variant.make()).code
        if code is not None:
            found.setdefault((variant.family, code), []).append(Target(variant, code))
    every = tuple(target for targets in found.values() for target in targets)
    return Pool(every, tuple(target for targets in found.values() for target in _evenly(targets)))


def _evenly(targets: list[Target]) -> list[Target]:
    step = max(1.0, len(targets) / _OF_EACH)
    return [targets[int(index * step)] for index in range(min(len(targets), _OF_EACH))]


def who_gets_in(site: Site, pool: Pool) -> list[Target]:
    """Who of the few gets in without this check; when nobody does, the first of all who does."""
    return gets_in(aimed_at(site, pool.few), [site]) or gets_in(aimed_at(site, pool.every), [site], enough=1)


def gets_in(targets: Iterable[Target], sites: Iterable[Site], *, enough: int | None = None) -> list[Target]:
    """Those targets that are let in or crash when these checks are switched off: any other answer than no."""
    found: list[Target] = []
    with switched_off(sites):
        for target in targets:
            if decide(target.variant.form, target.message).code is None:
                found.append(target)
                if enough is not None and len(found) >= enough:
                    break
    return found


def taken_over(site: Site, others: Sequence[Site], within: Sequence[Target]) -> list[Target]:
    """A target that only `site` refuses once the others are off."""
    looked_at = {id(target): target for aim in (site, *others) for target in aimed_at(aim, within)}
    with switched_off(others):
        still_refused = [
            target
            for target in looked_at.values()
            if decide(target.variant.form, target.message).code is not None
        ]
    return gets_in(still_refused, [site, *others], enough=1)


def aimed_at(site: Site, targets: Sequence[Target]) -> Sequence[Target]:
    """The targets that this very check refuses, as far as codes tell; all when it names none."""
    codes = codes_behind(site)
    if not codes:
        return targets
    return [target for target in targets if any(fnmatch(target.code, code) for code in codes)]


def codes_behind(site: Site) -> frozenset[str]:
    """The codes of a check: its own, those of the function that it asks, or of the checks that ask it."""
    if site.codes:
        return frozenset(site.codes)
    if site.module == "decrypt":
        # Whatever is wrong there is told by one code.
        return frozenset({UNDECRYPTABLE})
    if site.what.startswith("asks "):
        return _codes_in(site.what.removeprefix("asks "), frozenset())
    asking = {other.function for other in all_sites().values() if site.function in other.condition}
    return frozenset(code for function in asking for code in _codes_in(function, frozenset()))


def _codes_in(function: str, seen: frozenset[str]) -> frozenset[str]:
    codes: frozenset[str] = frozenset()
    for site in all_sites().values():
        if site.function == function:
            codes |= frozenset(site.codes)
            asked = site.what.removeprefix("asks ").partition(" (")[0]
            if site.what.startswith("asks ") and asked not in seen:
                codes |= _codes_in(asked, seen | {function})
    return codes
