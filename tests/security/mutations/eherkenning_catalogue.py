"""The families that are run on eHerkenning's forms: those of every scheme, and those of this one alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.security.mutations.eherkenning_forms import EherkenningForm, every_eherkenning_form
from tests.security.mutations.families import (
    advice,
    algorithms,
    bytes_changed,
    doctypes,
    ids,
    keys,
    makelaar,
    mandates,
    namespaces,
    sealed,
    signatures,
    splitting,
    transforms,
    tree_changed,
    wrapping,
)
from tests.security.mutations.variant import Family, Variant, chooser

# Those that say nothing of DigiD's own values, and nothing that holds for its messages alone.
FAMILIES: dict[str, Family] = {
    "controls": makelaar.make,
    "advice": advice.make,
    "advice.resigned": advice.make_resigned,
    "sealed": sealed.make,
    "sealed.resigned": sealed.make_resigned,
    "sem.mandates": mandates.make,
    "bytes": bytes_changed.make,
    "tree": tree_changed.make,
    "xsw": wrapping.make,
    "xsw.resigned": wrapping.make_resigned,
    "key": keys.make,
    "xml.splitting": splitting.make,
}
# Those that need the envelope around an answer behind an artifact.
IN_AN_ENVELOPE: dict[str, Family] = {
    "alg": algorithms.make,
    "alg.transforms": transforms.make,
    "sig": signatures.make,
    "xml.doctype": doctypes.make,
    "xml.beside": splitting.make_beside,
}
# Those that bend the first element of a name, which must not be one of an Advice: there it harms nobody.
WITHOUT_ADVICE: dict[str, Family] = {"ids": ids.make, "xml.namespaces": namespaces.make}
# What is refused at DigiD and welcome here.
NOT_HERE = {("sig", "response-too"): "a makelaar may sign the Response as well"}
ALL_FAMILIES = FAMILIES | IN_AN_ENVELOPE | WITHOUT_ADVICE


def every_eherkenning_variant(
    forms: Iterable[EherkenningForm] | None = None, families: Iterable[str] = ALL_FAMILIES
) -> Iterator[Variant]:
    """All variants of all families on all forms that they fit, in a fixed order."""
    chosen = list(every_eherkenning_form() if forms is None else forms)
    for name, family in ((name, ALL_FAMILIES[name]) for name in families):
        for form in chosen:
            if _fits(name, form):
                for what, make, expect in family(form, chooser(f"eh.{name}", form.name)):
                    if (name, what) in NOT_HERE:
                        continue
                    yield Variant(name, f"{form.name}/{what}", form, make, expect)


def _fits(name: str, form: EherkenningForm) -> bool:
    if name in FAMILIES:
        return True
    return not form.posted and (name not in WITHOUT_ADVICE or "<saml:Advice>" not in form.text)
