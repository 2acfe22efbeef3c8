"""All families by name, and the order in which they are run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.security.mutations.families import (
    algorithms,
    bytes_changed,
    controls,
    doctypes,
    encodings,
    ids,
    key_info,
    keys,
    namespaces,
    parties,
    persons,
    signatures,
    sizes,
    spelling,
    splitting,
    statements,
    times,
    transforms,
    tree_changed,
    wrapping,
)
from tests.security.mutations.forms import Form, every_form
from tests.security.mutations.variant import Family, Variant, chooser

FAMILIES: dict[str, Family] = {
    "controls": controls.make,
    "bytes": bytes_changed.make,
    "tree": tree_changed.make,
    "tree.resigned": tree_changed.make_resigned,
    "xsw": wrapping.make,
    "xsw.resigned": wrapping.make_resigned,
    "key": keys.make,
    "alg": algorithms.make,
    "alg.transforms": transforms.make,
    "key-info": key_info.make,
    "sig": signatures.make,
    "ids": ids.make,
    "xml.doctype": doctypes.make,
    "xml.splitting": splitting.make,
    "xml.splitting.resigned": splitting.make_resigned,
    "xml.beside": splitting.make_beside,
    "xml.encoding": encodings.make,
    "xml.namespaces": namespaces.make,
    "xml.sizes": sizes.make,
    "spelling": spelling.make,
    "sem.times": times.make,
    "sem.parties": parties.make,
    "sem.statements": statements.make,
    "sem.persons": persons.make,
}


def of_family(name: str, form: Form) -> Iterator[Variant]:
    """The variants of one family on one form."""
    for what, make, expect in FAMILIES[name](form, chooser(name, form.name)):
        yield Variant(name, f"{form.name}/{what}", form, make, expect)


def every_variant(forms: Iterable[Form] | None = None) -> Iterator[Variant]:
    """All variants of all families on all forms, in a fixed order."""
    chosen = list(every_form() if forms is None else forms)
    for name in FAMILIES:
        for form in chosen:
            yield from of_family(name, form)


def sample(variants: list[Variant], size: int) -> list[Variant]:
    """About `size` of the variants, evenly over the families and within each; every control is in it."""
    families: dict[str, list[Variant]] = {}
    for variant in variants:
        families.setdefault(variant.family, []).append(variant)
    share = max(1, size // len(families))
    chosen: list[Variant] = []
    for found in families.values():
        step = max(1, len(found) / share)
        chosen += [found[int(index * step)] for index in range(min(len(found), share))]
    return chosen
