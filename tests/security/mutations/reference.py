"""The tables of every check with the families that find it missing, one page a scheme.

`python -m tests.security.mutations.reference` writes them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.security.mutations.matters import Pool, eherkenning_pool, pool, who_gets_in
from tests.security.mutations.redundant import REDUNDANT, Redundant
from tests.security.mutations.redundant_eherkenning import EHERKENNING_REDUNDANT
from tests.security.mutations.sites import DIGID, EHERKENNING, Site, sites_of

_FOLDER = Path(__file__).resolve().parents[3] / "docs/reference"
_DIGID_HEAD = """<!-- Made by tests/security/mutations/reference.py from the code; do not edit. -->

# Checks on what DigiD answers

Every place where the gate (`broker/providers/saml`) or the checks on meaning (`broker/providers/digid`) say
no, found in the code itself. For each, the test switches off that one check and runs variants of valid
messages against the rest: the families named are those of which something then got in, or crashed. A part
is one side of a condition that has more.

A check under "Behind another" can be missed without harm today, for the reason given; how that was shown
stands beside it. Code without a row here fails `tests/security/mutations/test_every_check_matters.py`.

To write this page anew: `python -m tests.security.mutations.reference`.
"""


_EHERKENNING_HEAD = """<!-- Made by tests/security/mutations/reference.py from the code; do not edit. -->

# Checks on what eHerkenning answers

What eHerkenning has besides DigiD's gate ([gate.md](gate.md) tells how these tables are made): what the
attributes say, and the encrypted identifiers. The Advice is cut out before
anything is read, which is no check and has no row: whatever stands in it, the values are the makelaar's own
(`tests/security/mutations/test_eherkenning_variants.py`).

To write this page anew: `python -m tests.security.mutations.reference`.
"""


@dataclass(frozen=True)
class Reference:
    """One page: of which modules, held against which variants."""

    name: str
    head: str
    modules: tuple[ModuleType, ...]
    redundant: Mapping[str, Redundant]
    pool: Callable[[], Pool]

    @property
    def file(self) -> Path:
        """Where it stands."""
        return _FOLDER / self.name

    @property
    def sites(self) -> Mapping[str, Site]:
        """What it has rows for."""
        return sites_of(self.modules)

    def families_per_site(self, pool: Pool) -> dict[str, set[str]]:
        """For each site the families that get in without it."""
        return {
            name: {
                target.variant.family
                for target in ([] if name in self.redundant else who_gets_in(site, pool))
            }
            for name, site in self.sites.items()
        }

    def page(self, found: dict[str, set[str]]) -> str:
        """The page, when `found` has the families per site."""
        return "\n".join([self.head, *_tables(self, found)]).rstrip() + "\n"


REFERENCES = (
    Reference("gate.md", _DIGID_HEAD, DIGID, REDUNDANT, pool),
    Reference("gate-eherkenning.md", _EHERKENNING_HEAD, EHERKENNING, EHERKENNING_REDUNDANT, eherkenning_pool),
)


def _tables(reference: Reference, found: dict[str, set[str]]) -> Iterator[str]:
    for module in reference.modules:
        sites = list(sites_of((module,)).values())
        yield f"## `{module.__name__}`\n"
        yield f"{(module.__doc__ or '').partition(chr(10))[0]}\n"
        yield "| check | what it holds to | switched off | without it get in |\n|---|---|---|---|"
        for site in sites:
            if site.name not in reference.redundant:
                families = ", ".join(f"`{family}`" for family in sorted(found[site.name]))
                yield f"| `{site.function}` | {_cell(site.sentence)} | {what(site)} | {families} |"
        yield ""
        behind = [site for site in sites if site.name in reference.redundant]
        if behind:
            yield "Behind another:\n"
            yield "| check | switched off | why it stays | shown by |\n|---|---|---|---|"
            for site in behind:
                why = reference.redundant[site.name]
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
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for reference in REFERENCES:
        found = reference.families_per_site(reference.pool())
        reference.file.write_text(reference.page(found), encoding="utf-8")
