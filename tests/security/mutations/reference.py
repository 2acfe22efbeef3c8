"""The table of every check with the families that find it missing: `docs/reference/gate.md`.

`python -m tests.security.mutations.reference` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.security.mutations.matters import Pool, pool, who_gets_in
from tests.security.mutations.redundant import REDUNDANT, Redundant
from tests.security.mutations.sites import MODULES, Site, all_sites

FILE = Path(__file__).resolve().parents[3] / "docs/reference/gate.md"
_HEAD = """<!-- Made by tests/security/mutations/reference.py from the code; do not edit. -->

# Checks on what DigiD answers

Every place where the gate (`broker/providers/saml`) or the checks on meaning (`broker/providers/digid`) say
no, found in the code itself. For each, the test switches off that one check and runs variants of valid
messages against the rest: the families named are those of which something then got in, or crashed. A part
is one side of a condition that has more.

A check under "Behind another" can be missed without harm today, for the reason given; how that was shown
stands beside it. Code without a row here fails `tests/security/mutations/test_every_check_matters.py`.

To write this page anew: `python -m tests.security.mutations.reference`.
"""


def page(found: dict[str, set[str]]) -> str:
    """The page, when `found` has the families per site."""
    return "\n".join([_HEAD, *_tables(found)]).rstrip() + "\n"


def families_per_site(pool: Pool) -> dict[str, set[str]]:
    """For each site the families that get in without it."""
    return {
        name: {target.variant.family for target in ([] if name in REDUNDANT else who_gets_in(site, pool))}
        for name, site in all_sites().items()
    }


def _tables(found: dict[str, set[str]]) -> Iterator[str]:
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        sites = [site for site in all_sites().values() if site.module == short]
        yield f"## `{module.__name__}`\n"
        yield f"{(module.__doc__ or '').partition(chr(10))[0]}\n"
        yield "| check | what it holds to | switched off | without it get in |\n|---|---|---|---|"
        for site in sites:
            if site.name not in REDUNDANT:
                families = ", ".join(f"`{family}`" for family in sorted(found[site.name]))
                yield f"| `{site.function}` | {_cell(site.sentence)} | {what(site)} | {families} |"
        yield ""
        behind = [site for site in sites if site.name in REDUNDANT]
        if behind:
            yield "Behind another:\n"
            yield "| check | switched off | why it stays | shown by |\n|---|---|---|---|"
            for site in behind:
                why = REDUNDANT[site.name]
                yield f"| `{site.function}` | {what(site)} | {why.reason} | {_shown(why)} |"
            yield ""


def what(site: Site) -> str:
    """What is switched off, as a cell."""
    kind, _, code = site.what.partition(" ")
    if kind in {"asks", "part", "border"}:
        return _cell(f"{kind} {code if '`' in code else f'`{code}`'}")
    return _cell(f"`{site.what}`")


def _shown(why: Redundant) -> str:
    if why.behind:
        return "with it off as well: " + ", ".join(f"`{_cell(name)}`" for name in why.behind)
    return "asking it alone" + ("; the same is refused elsewhere" if why.narrows else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(page(families_per_site(pool())), encoding="utf-8")
