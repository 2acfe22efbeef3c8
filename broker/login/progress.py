"""What the pipeline knows, and what it may ask for or decide: two closed sets of values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.domain.accounts import Account, AccountId, AccountType
from broker.domain.assurance import Assurance, Scheme
from broker.domain.identity import Authentication, Evidence, Identity
from broker.domain.representation import Representation
from broker.domain.rights import Relation
from broker.domain.second_factors import FactorKind
from broker.login.transaction import RelationWish, Wish


@dataclass(frozen=True, slots=True)
class EarlierLogin:
    """The session that this browser already has at this brand."""

    sid: str
    account_id: AccountId
    account_type: AccountType
    portal: str
    assurance: Assurance
    authenticated_at: datetime
    represents: Representation | None = None


@dataclass(frozen=True, slots=True)
class NoAccount:
    """The store was asked and has nobody."""


@dataclass(frozen=True, slots=True)
class NoRelation:
    """The store was asked, and the person reaches no collectivity at this portal, or not the one asked."""


@dataclass(frozen=True, slots=True)
class SeveralRelations:
    """The person reaches several collectivities, and nothing tells which one it is to be."""


FoundRelation = Relation | NoRelation | SeveralRelations


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that is known about an attempt at this moment.

    `evidence_was_kept` when the evidence did not come in just now but waited with the attempt; `lent_at` is
    when a running session lent it to the attempt, if it did. `factors` are the kinds of second factor of the
    account, once they were looked up. `relation` is there once the store was asked for it.
    """

    brand: str
    portal: str
    wish: Wish
    now: datetime
    earlier: EarlierLogin | None = None
    chosen: Scheme | None = None
    evidence: Evidence | None = None
    account: Account | NoAccount | None = None
    evidence_was_kept: bool = False
    lent_at: datetime | None = None
    factors: tuple[FactorKind, ...] | None = None
    relation: FoundRelation | None = None


@dataclass(frozen=True, slots=True)
class AskProvider:
    """Show the ways of logging in, in this order."""

    schemes: tuple[Scheme, ...]


@dataclass(frozen=True, slots=True)
class GoUpstream:
    """Send the person to a provider, asking for at least this."""

    required: Assurance


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find the account of this person, with its second factors where they count, then advance again."""

    who: Identity
    with_factors: bool = False


@dataclass(frozen=True, slots=True)
class FindRelation:
    """Find out for which collectivity this account is to work, then advance again.

    `represents` is the party for whom its owner acts in this login; None when they act for themselves.
    """

    account_id: AccountId
    wish: RelationWish
    represents: Representation | None = None


@dataclass(frozen=True, slots=True)
class AskCollectivity:
    """The owner of this account has to choose for which collectivity to work."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class Refuse:
    """The attempt ends. `reason` is a stable code with a text for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The person is in; `by_earlier_login` when a running session was enough.

    `relation` is the one to work for, at a portal that wants to know.
    """

    authentication: Authentication
    account: Account
    by_earlier_login: bool
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class OfferRegistration:
    """The person is known and has no account; the portal lets people make one."""


@dataclass(frozen=True, slots=True)
class OfferBinding:
    """The person and the organisation are known and belong to no account yet; a code can bind them to one."""


@dataclass(frozen=True, slots=True)
class AskSecondFactor:
    """The person has to show one of these, which are all their own; a recovery code may stand in for it."""

    kinds: tuple[FactorKind, ...]


@dataclass(frozen=True, slots=True)
class OfferEnrolment:
    """The portal demands a second factor that the person does not have; any of these would do."""

    kinds: tuple[FactorKind, ...]


Decision = (
    AskProvider
    | GoUpstream
    | LookUp
    | OfferRegistration
    | OfferBinding
    | AskSecondFactor
    | OfferEnrolment
    | FindRelation
    | AskCollectivity
    | Refuse
    | Grant
)
