"""One login attempt: what the portal asked, what this browser chose, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from broker.domain.accounts import AccountType, WithoutAccount
from broker.domain.assurance import Assurance, Scheme
from broker.domain.collectivity import CollectivityId
from broker.domain.identity import Evidence
from broker.domain.roles import RoleId
from broker.domain.second_factors import FactorKind
from broker.login.kept_evidence import decode_evidence, encode_evidence

LIFETIME = timedelta(minutes=30)
"""From the portal's request to its answer. Twice what DigiD gives a person on its own pages (15 minutes)."""

KEPT_EVIDENCE_LIFETIME = timedelta(minutes=15)
"""How long evidence that waits with its attempt may still open a session: as long as a session by DigiD may
be idle (Logius checklist D2)."""


@dataclass(frozen=True, slots=True)
class RelationWish:
    """For which collectivity somebody is to work, at a portal that wants to know.

    `roles` open the portal. `asked` is the number of the one that the portal names; `preferred` is the one
    that its tokens were for until now; `anew` lets the person choose again. `actions` holds, for each action
    that the portal names, the roles that allow it.
    """

    roles: tuple[RoleId, ...]
    asked: str | None = None
    preferred: CollectivityId | None = None
    anew: bool = False
    actions: tuple[tuple[RoleId, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What this login has to bring, in the pipeline's words.

    `required` is the least assurance for each way of logging in that the portal allows, in the order in
    which they are offered. `max_age_seconds` bounds the age of an earlier login; `silent` forbids asking
    the person anything; `fresh` forbids using an earlier login. `without_account` is what the portal does
    for somebody who has no account. `second_factors` are the kinds that people may set up on the way in.
    `represented` when the portal understands that somebody acts for another party. `relation` is None at a
    portal that has nothing to do with collectivities.
    """

    required: tuple[Assurance, ...]
    account_type: AccountType
    silent: bool = False
    fresh: bool = False
    max_age_seconds: int | None = None
    without_account: WithoutAccount = WithoutAccount.EXPLAIN
    second_factors: tuple[FactorKind, ...] = ()
    represented: bool = False
    relation: RelationWish | None = None

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The ways of logging in that the portal allows, in order."""
        return tuple(needed.scheme for needed in self.required)

    def requirement_for(self, scheme: Scheme) -> Assurance | None:
        """The least assurance by this scheme; None when the portal does not allow the scheme."""
        return {needed.scheme: needed for needed in self.required}.get(scheme)


@dataclass(frozen=True, slots=True)
class LoginTransaction:
    """The part of an attempt that is kept between two requests.

    `answer_to` is the portal's authorization request in its own encoding, which only the OpenID Provider
    reads. `browser_sha256` is the digest of the secret in this attempt's cookie. `notice` is the code of
    a message to show on the next page, `support_code` that of the request in which it came about.
    `evidence` is there once a provider vouched for somebody who cannot go on yet; it ends with the attempt.
    `steps_up` is the sid of the running session from which the evidence was taken, if it was. `given_up`
    when too much was guessed in it: no browser comes back to it, unless a right code was judged before that.
    """

    id: str
    brand: str
    portal: str
    wish: Wish
    answer_to: bytes = field(repr=False)
    browser_sha256: str = field(repr=False)
    started_at: datetime
    expires_at: datetime
    notice: str | None = None
    support_code: str | None = None
    evidence: Evidence | None = field(default=None, repr=False)
    steps_up: str | None = None
    given_up: bool = False

    def encode(self) -> bytes:
        """As bytes for the store."""
        wish = self.wish
        return json.dumps(
            {
                "id": self.id,
                "brand": self.brand,
                "portal": self.portal,
                "required": [[needed.scheme.value, needed.level.label] for needed in wish.required],
                "account_type": wish.account_type.value,
                "silent": wish.silent,
                "fresh": wish.fresh,
                "max_age_seconds": wish.max_age_seconds,
                "without_account": wish.without_account.value,
                "second_factors": [kind.value for kind in wish.second_factors],
                "represented": wish.represented,
                "relation": _encode_relation(wish.relation),
                "answer_to": self.answer_to.decode("utf-8"),
                "browser_sha256": self.browser_sha256,
                "started_at": self.started_at.isoformat(),
                "expires_at": self.expires_at.isoformat(),
                "notice": self.notice,
                "support_code": self.support_code,
                "evidence": encode_evidence(self.evidence),
                "steps_up": self.steps_up,
                "given_up": self.given_up,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> LoginTransaction:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data.decode())
        return cls(
            id=raw["id"],
            brand=raw["brand"],
            portal=raw["portal"],
            wish=Wish(
                required=tuple(Assurance.of(scheme, level) for scheme, level in raw["required"]),
                account_type=AccountType(raw["account_type"]),
                silent=raw["silent"],
                fresh=raw["fresh"],
                max_age_seconds=raw["max_age_seconds"],
                without_account=WithoutAccount(raw.get("without_account", WithoutAccount.EXPLAIN)),
                second_factors=tuple(FactorKind(kind) for kind in raw.get("second_factors", ())),
                represented=raw.get("represented", False),
                relation=_decode_relation(raw.get("relation")),
            ),
            answer_to=raw["answer_to"].encode("utf-8"),
            browser_sha256=raw["browser_sha256"],
            started_at=datetime.fromisoformat(raw["started_at"]),
            expires_at=datetime.fromisoformat(raw["expires_at"]),
            notice=raw["notice"],
            # An attempt that began before an upgrade knows none of these.
            support_code=raw.get("support_code"),
            evidence=decode_evidence(raw.get("evidence")),
            steps_up=raw.get("steps_up"),
            given_up=raw.get("given_up", False),
        )


def _encode_relation(relation: RelationWish | None) -> dict[str, Any] | None:
    if relation is None:
        return None
    return {
        "roles": relation.roles,
        "asked": relation.asked,
        "preferred": relation.preferred,
        "anew": relation.anew,
        "actions": relation.actions,
    }


def _decode_relation(raw: Mapping[str, Any] | None) -> RelationWish | None:
    if raw is None:
        return None
    return RelationWish(
        roles=tuple(RoleId(role) for role in raw["roles"]),
        asked=raw["asked"],
        preferred=CollectivityId(raw["preferred"]) if raw["preferred"] else None,
        anew=raw["anew"],
        actions=tuple(tuple(RoleId(role) for role in roles) for roles in raw["actions"]),
    )
