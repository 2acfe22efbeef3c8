"""Which addresses are asked about: those that anybody can have, and those that several people read."""

from __future__ import annotations

import pytest

from broker.domain.email_address import parse_email_address
from broker.domain.work_address import FREE_MAIL_DOMAINS, GENERAL_NAMES, WorkAddressFault, WorkAddressRules

RULES = WorkAddressRules(frozenset(FREE_MAIL_DOMAINS), frozenset(GENERAL_NAMES), is_strict=False)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("joost@bedrijf.example", None),
        ("information@bedrijf.example", None),
        ("joost@gmail.com.example", None),
        ("joost@mijngmail.com", None),
        ("joost@gmail.com", WorkAddressFault.FREE_MAIL),
        ("Joost@HotMail.com", WorkAddressFault.FREE_MAIL),
        ("joost@ziggo.nl", WorkAddressFault.FREE_MAIL),
        ("joost@thuis.kpnmail.nl", WorkAddressFault.FREE_MAIL),
        ("info@gmail.com", WorkAddressFault.FREE_MAIL),
        ("Info@bedrijf.example", WorkAddressFault.GENERAL),
        ("salarisadministratie@bedrijf.example", WorkAddressFault.GENERAL),
    ],
)
def test_address_is_judged_by_its_domain_and_by_its_name(
    address: str, fault: WorkAddressFault | None
) -> None:
    """Whole names only, whatever the case; a domain counts with all below it."""
    assert RULES.fault_of(parse_email_address(address)) is fault


def test_lists_are_written_as_addresses_are_compared() -> None:
    """In lower case and sorted, so that a slip is seen."""
    for names in (FREE_MAIL_DOMAINS, GENERAL_NAMES):
        assert list(names) == sorted({name.lower() for name in names})
