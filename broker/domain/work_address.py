"""A work address: of the organisation that somebody works for, and their own (J18, J33)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.domain.email_address import EmailAddress

FREE_MAIL_DOMAINS: Final = (
    "casema.nl", "chello.nl", "freedom.nl", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hccnet.nl", "hetnet.nl", "home.nl", "hotmail.com", "hotmail.nl", "icloud.com", "kpnmail.nl",
    "kpnplanet.nl", "live.com", "live.nl", "mac.com", "me.com", "msn.com", "onsbrabantnet.nl", "outlook.com",
    "outlook.nl", "planet.nl", "proton.me", "protonmail.com", "quicknet.nl", "solcon.nl", "tele2.nl",
    "telfort.nl", "upcmail.nl", "xs4all.nl", "yahoo.com", "ymail.com", "zeelandnet.nl", "ziggo.nl",
    "zonnet.nl",
)  # fmt: skip
"""Where anybody can have an address: mail for everybody, and of Dutch internet providers."""

GENERAL_NAMES: Final = (
    "administratie", "algemeen", "boekhouding", "contact", "directie", "facturen", "financien", "hr", "hrm",
    "info", "kantoor", "mail", "office", "pensioenen", "personeel", "personeelszaken", "post", "receptie",
    "salarisadministratie", "salarissen", "secretariaat", "verzekeringen",
)  # fmt: skip
"""What stands before the @ of a mailbox that several people read."""


class WorkAddressFault(StrEnum):
    """Why an address does not look like a work address."""

    FREE_MAIL = "work-address-free-mail"
    GENERAL = "work-address-general"


@dataclass(frozen=True, slots=True)
class WorkAddressRules:
    """What a brand wants of a work address. `is_strict`: refused, and not only asked about."""

    free_mail_domains: frozenset[str]
    general_names: frozenset[str]
    is_strict: bool

    def fault_of(self, address: EmailAddress) -> WorkAddressFault | None:
        """What is to be said about the address; a domain counts with all below it."""
        name, _, domain = address.normal.rpartition("@")
        labels = domain.split(".")
        if any(".".join(labels[start:]) in self.free_mail_domains for start in range(len(labels))):
            return WorkAddressFault.FREE_MAIL
        return WorkAddressFault.GENERAL if name in self.general_names else None
