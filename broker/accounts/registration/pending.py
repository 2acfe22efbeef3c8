"""A registration on its way, as a value, and its encoding for the store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from broker.domain.accounts import AccountId
from broker.domain.bsn import Bsn

LIFETIME: Final = timedelta(hours=24)
"""From the last thing that the person did, and from each mail to its link's end."""

MOST_RESENDS: Final = 3
"""For one address; who mistyped it gets as many for the next."""

MOST_MAILS_A_DAY: Final = 8
"""For one person, whatever the addresses: nobody fills other people's mailboxes from here."""


class Stage(StrEnum):
    """Where the person is."""

    ASKING = "asking"
    CHECKING = "checking"
    MAILED = "mailed"
    CONFIRMED = "confirmed"
    """The link was used: nothing undoes it any more, and the account follows."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the person filled in, judged: a name and an address that mail can be sent to (its text)."""

    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The login attempt that a registration belongs to."""

    id: str
    portal: str
    client_id: str


@dataclass(frozen=True, slots=True)
class PendingRegistration:
    """What is kept until the link is used. `link` is the digest of the one link that is good.

    `account_id` is what the account will be called: so a second try knows what came of the first.
    """

    brand: str
    bsn: Bsn
    account_id: AccountId
    attempt: Attempt
    details: Details
    stage: Stage
    expires_at: datetime
    link: str | None = field(default=None, repr=False)
    resends: int = 0

    def filled_in(self, details: Details, now: datetime) -> Self:
        """After the form: to be checked by the person. A link to an earlier address dies."""
        return self._moved(Stage.CHECKING, now, details=details)

    def changing(self, now: datetime) -> Self:
        """Back to the form, with what was there. The link dies: its address may be somebody else's."""
        return self._moved(Stage.ASKING, now)

    def mailed(self, link: str, now: datetime) -> Self:
        """After the person said that it is right, or asked for the mail again; an older link dies."""
        resends = self.resends + 1 if self.stage is Stage.MAILED else 0
        return self._moved(Stage.MAILED, now, link=link, resends=resends)

    def confirmed(self) -> Self:
        """After the link was used. It lives on: whoever was cut off comes back with it."""
        return replace(self, stage=Stage.CONFIRMED)

    def _moved(
        self,
        stage: Stage,
        now: datetime,
        *,
        details: Details | None = None,
        link: str | None = None,
        resends: int = 0,
    ) -> Self:
        return replace(
            self,
            details=details or self.details,
            stage=stage,
            expires_at=now + LIFETIME,
            link=link,
            resends=resends,
        )

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps(
            {
                "brand": self.brand,
                "bsn": self.bsn.number,
                "account_id": self.account_id,
                "attempt": [self.attempt.id, self.attempt.portal, self.attempt.client_id],
                "name": self.details.name,
                "email": self.details.email,
                "stage": self.stage.value,
                "expires_at": self.expires_at.isoformat(),
                "link": self.link,
                "resends": self.resends,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> PendingRegistration:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            brand=raw["brand"],
            bsn=Bsn(raw["bsn"]),
            account_id=AccountId(raw["account_id"]),
            attempt=Attempt(*raw["attempt"]),
            details=Details(raw["name"], raw["email"]),
            stage=Stage(raw["stage"]),
            expires_at=datetime.fromisoformat(raw["expires_at"]),
            link=raw["link"],
            resends=raw["resends"],
        )
