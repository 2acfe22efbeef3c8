"""The tables, by subject. What a column ending in `_sealed` holds only `broker.storage.sealing` can read.

A change here comes with a migration; a test compares the two on each database.
"""

from __future__ import annotations

from broker.storage.schema.accounts import (
    ACCOUNT_IDENTITIES,
    ACCOUNT_PASSWORDS,
    ACCOUNT_REQUESTS,
    ACCOUNTS,
    BINDING_CODES,
    KNOWN_DEVICES,
    RECOVERY_CODES,
    SECOND_FACTORS,
)
from broker.storage.schema.audit import (
    AUDIT_CHECKPOINTS,
    AUDIT_EVENTS,
    AUDIT_HEADS,
    AUDIT_KEYS,
    AUDIT_PERSONS,
)
from broker.storage.schema.base import METADATA, NO_BRANCH, NO_BRAND
from broker.storage.schema.keys import DATA_KEYS, GENERATIONS, SIGNING_KEYS
from broker.storage.schema.messages import LOGOUT_NOTICES, MESSAGES, PROVIDER_OUTAGES, USED_MESSAGES
from broker.storage.schema.relations import (
    COLLECTIVITIES,
    LAST_RELATIONS,
    MEMBERSHIP_WORDS,
    MEMBERSHIPS,
    ORGANISATIONS,
    ROLE_GRANTS,
)

__all__ = [
    "ACCOUNTS",
    "ACCOUNT_IDENTITIES",
    "ACCOUNT_PASSWORDS",
    "ACCOUNT_REQUESTS",
    "AUDIT_CHECKPOINTS",
    "AUDIT_EVENTS",
    "AUDIT_HEADS",
    "AUDIT_KEYS",
    "AUDIT_PERSONS",
    "BINDING_CODES",
    "COLLECTIVITIES",
    "DATA_KEYS",
    "GENERATIONS",
    "KNOWN_DEVICES",
    "LAST_RELATIONS",
    "LOGOUT_NOTICES",
    "MEMBERSHIPS",
    "MEMBERSHIP_WORDS",
    "MESSAGES",
    "METADATA",
    "NO_BRANCH",
    "NO_BRAND",
    "ORGANISATIONS",
    "PROVIDER_OUTAGES",
    "RECOVERY_CODES",
    "ROLE_GRANTS",
    "SECOND_FACTORS",
    "SIGNING_KEYS",
    "USED_MESSAGES",
]
