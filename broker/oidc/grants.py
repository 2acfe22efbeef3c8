"""What one login granted one client: the record that its access tokens live and die with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import Assurance
from broker.domain.bsn import Bsn
from broker.domain.collectivity import CollectivityId
from broker.domain.representation import Representation
from broker.oidc.claims import ClaimSource, RequestedClaims, SessionEnds
from broker.oidc.rights import Acting
from broker.storage.records import RecordKey, RecordKind, RecordStore

_encode_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant. `subject` is pairwise; `source` holds a BSN only on the way from code to ID token.

    `acting` says for which collectivity it is. `replaces` is the id of the grant that ends when the code of
    this one is redeemed.
    """

    id: str
    client_id: str
    sid: str
    subject: str = field(repr=False)
    scope: tuple[str, ...]
    nonce: str | None = field(repr=False)
    requested_claims: RequestedClaims
    source: ClaimSource
    acting: Acting | None = None
    replaces: str | None = None


class GrantStore:
    """Grants by client and id, sealed at rest. An access token is valid only while its grant is here."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def open(self, grant: Grant, *, expires_at: datetime) -> None:
        """Keep a new grant until `expires_at`."""
        self._records.put(_key(grant.client_id, grant.id), encode_grant(grant), expires_at=expires_at)

    def find(self, client_id: str, grant_id: str) -> Grant | None:
        """The living grant, or None."""
        encoded = self._records.get(_key(client_id, grant_id))
        return None if encoded is None else decode_grant(encoded)

    def end(self, client_id: str, grant_id: str) -> None:
        """Every access token of this grant is worthless from now on."""
        self._records.delete(_key(client_id, grant_id))


def _key(client_id: str, grant_id: str) -> RecordKey:
    return RecordKey(RecordKind.GRANT, client_id, grant_id)


def encode_grant(grant: Grant) -> bytes:
    """JSON, to be sealed by the store."""
    source = grant.source
    plain: dict[str, object] = {
        "id": grant.id,
        "client_id": grant.client_id,
        "sid": grant.sid,
        "subject": grant.subject,
        "scope": grant.scope,
        "nonce": grant.nonce,
        "id_token_claims": sorted(grant.requested_claims.id_token),
        "userinfo_claims": sorted(grant.requested_claims.userinfo),
        "name": source.name,
        "email": source.email,
        "account_type": source.account_type.value,
        "brand": source.brand,
        "idp": source.idp,
        "scheme": source.assurance.scheme.value,
        "level": source.assurance.level.label,
        "authenticated_at": source.authenticated_at.timestamp(),
        "idle_at": source.session.idle_at.timestamp(),
        "absolute_at": source.session.absolute_at.timestamp(),
        "bsn": source.bsn.number if source.bsn else None,
        "represents": source.represents.encode() if source.represents else None,
    }
    if grant.acting is not None:
        acting = grant.acting
        plain["acting"] = [acting.account_id, acting.collectivity_id, acting.actions]
    if grant.replaces is not None:
        plain["replaces"] = grant.replaces
    return _encode_json(plain).encode()


def decode_grant(encoded: bytes) -> Grant:
    """The inverse of `encode_grant`, for bytes that we wrote and sealed ourselves."""
    plain = json.loads(encoded.decode())
    source = ClaimSource(
        name=plain["name"],
        email=plain["email"],
        account_type=AccountType(plain["account_type"]),
        brand=plain["brand"],
        idp=plain["idp"],
        assurance=Assurance.of(plain["scheme"], plain["level"]),
        authenticated_at=_moment(plain["authenticated_at"]),
        session=SessionEnds(_moment(plain["idle_at"]), _moment(plain["absolute_at"])),
        bsn=Bsn(plain["bsn"]) if plain["bsn"] else None,
        # A grant of before the last upgrade has none.
        represents=Representation.decode(plain["represents"]) if plain.get("represents") else None,
    )
    return Grant(
        id=plain["id"],
        client_id=plain["client_id"],
        sid=plain["sid"],
        subject=plain["subject"],
        scope=tuple(plain["scope"]),
        nonce=plain["nonce"],
        requested_claims=RequestedClaims(
            frozenset(plain["id_token_claims"]), frozenset(plain["userinfo_claims"])
        ),
        source=source,
        acting=_acting(plain.get("acting"), source.represents),
        replaces=plain.get("replaces"),
    )


def _acting(told: list[Any] | None, represents: Representation | None) -> Acting | None:
    if told is None:
        return None
    account_id, collectivity_id, actions = told
    return Acting(AccountId(account_id), CollectivityId(collectivity_id), tuple(actions), represents)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
