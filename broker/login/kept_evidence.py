"""Evidence as a part of an attempt's record: how it is written and read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.identity import DigidIdentity, Evidence


def encode_evidence(evidence: Evidence | None) -> dict[str, str] | None:
    """As a JSON object; the store seals the record that it becomes a part of."""
    if evidence is None:
        return None
    return {
        "brand": evidence.brand,
        "bsn": evidence.identity.bsn.number,
        "scheme": evidence.assurance.scheme.value,
        "level": evidence.assurance.level.label,
        "authenticated_at": evidence.authenticated_at.isoformat(),
        "upstream_session": evidence.upstream_session,
    }


def decode_evidence(raw: Mapping[str, str] | None) -> Evidence | None:
    """Read what `encode_evidence` made."""
    if raw is None:
        return None
    return Evidence(
        brand=raw["brand"],
        identity=DigidIdentity(Bsn(raw["bsn"])),
        assurance=Assurance(Scheme(raw["scheme"]), DigidLevel.from_label(raw["level"])),
        authenticated_at=datetime.fromisoformat(raw["authenticated_at"]),
        upstream_session=raw["upstream_session"],
    )
