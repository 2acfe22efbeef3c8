"""Evidence as a part of an attempt's record: how it is written and read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from broker.domain.accounts import AccountId
from broker.domain.assurance import Assurance
from broker.domain.bsn import Bsn
from broker.domain.identity import (
    AccountIdentity,
    DigidIdentity,
    EherkenningIdentity,
    Evidence,
    Identity,
    UpstreamSession,
)
from broker.domain.representation import LegalSubject, Representation


def encode_evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    """As a JSON object; the store seals the record that it becomes a part of."""
    if evidence is None:
        return None
    return {
        "brand": evidence.brand,
        **_encode_identity(evidence.identity),
        "scheme": evidence.assurance.scheme.value,
        "level": evidence.assurance.level.label,
        "authenticated_at": evidence.authenticated_at.isoformat(),
        **({"password_mark": evidence.password_mark} if evidence.password_mark is not None else {}),
        **({"represents": evidence.represents.encode()} if evidence.represents is not None else {}),
        **({"upstream": evidence.upstream_session.encode()} if evidence.upstream_session is not None else {}),
    }


def decode_evidence(raw: Mapping[str, Any] | None) -> Evidence | None:
    """Read what `encode_evidence` made."""
    if raw is None:
        return None
    represents = Representation.decode(raw["represents"]) if "represents" in raw else None
    return Evidence(
        brand=raw["brand"],
        identity=_decode_identity(raw),
        assurance=Assurance.of(raw["scheme"], raw["level"]),
        authenticated_at=datetime.fromisoformat(raw["authenticated_at"]),
        upstream_session=UpstreamSession.decode(raw.get("upstream")),
        password_mark=raw.get("password_mark"),
        represents=represents,
    )


def _encode_identity(identity: Identity) -> dict[str, Any]:
    match identity:
        case DigidIdentity(bsn):
            return {"bsn": bsn.number}
        case EherkenningIdentity(pseudonym, organisation):
            return {"pseudonym": pseudonym, "organisation": organisation.encode()}
        case AccountIdentity(account_id):
            return {"account_id": account_id}


def _decode_identity(raw: Mapping[str, Any]) -> Identity:
    if "bsn" in raw:
        return DigidIdentity(Bsn(raw["bsn"]))
    if "pseudonym" in raw:
        return EherkenningIdentity(raw["pseudonym"], LegalSubject.decode(raw["organisation"]))
    return AccountIdentity(AccountId(raw["account_id"]))
