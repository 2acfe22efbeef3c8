"""`[work_address]` in `brands/<brand>.toml`: what an address must be with which people ask for an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from broker.domain.work_address import FREE_MAIL_DOMAINS, GENERAL_NAMES, WorkAddressRules
from broker.settings.model import Section

if TYPE_CHECKING:
    from broker.settings.load import Settings

_Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$")]
_LocalPart = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._+-]{1,64}$")]


class WorkAddressSection(Section):
    """Of the organisation, and of one person: the rules for work addresses."""

    check: Literal["advise", "refuse"] = Field(
        default="advise",
        description="What becomes of an address that breaks a rule: `advise` asks whether it is right, and "
        "takes it from who says so; `refuse` does not take it.",
    )
    free_mail_domains: tuple[_Domain, ...] | None = Field(
        default=None,
        description="Domains, with all below them, where anybody can have an address; absent: those of the "
        "large suppliers of free mail and of Dutch internet providers.",
    )
    general_names: tuple[_LocalPart, ...] | None = Field(
        default=None,
        description="What stands before the @ of addresses that are nobody's own; absent: the usual ones, "
        "such as info and administratie.",
    )


def work_address_rules_of(settings: Settings) -> dict[str, WorkAddressRules]:
    """The rules of each brand that has any, as values of the domain."""
    sections = {name: brand.work_address for name, brand in settings.brands.items()}
    return {name: _as_domain(section) for name, section in sections.items() if section is not None}


def _as_domain(section: WorkAddressSection) -> WorkAddressRules:
    domains = FREE_MAIL_DOMAINS if section.free_mail_domains is None else section.free_mail_domains
    names = GENERAL_NAMES if section.general_names is None else section.general_names
    return WorkAddressRules(frozenset(domains), frozenset(names), is_strict=section.check == "refuse")


def _somebody_asks_for_accounts(settings: Settings) -> Iterator[str]:
    for name, brand in settings.brands.items():
        if brand.work_address is not None and brand.eherkenning is None:
            yield f"brands/{name}.toml: work_address: needs [eherkenning], by which accounts are asked for"


WORK_ADDRESS_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (_somebody_asks_for_accounts,)
