"""Moving token signing keys on, with a line in the audit log for each that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from broker.audit.recorder import Auditor
from broker.domain.events import Result, SigningKeyChanged
from broker.oidc.key_rotation import KeyChange, KeyRotation
from broker.oidc.keys import SigningKeys, ensure_signing_keys
from broker.settings import Settings
from broker.storage.signing_keys import SigningKeyRepository
from broker.wiring.audit import system_auditor
from broker.wiring.stores import Stores


def signing_key_source(stores: Stores) -> SigningKeyRepository:
    """Where the keys are."""
    return SigningKeyRepository(stores.database, stores.keys.columns)


def signing_keys(stores: Stores) -> SigningKeys:
    """The keys as this process holds them; they are made by whoever starts first."""
    source = signing_key_source(stores)
    ensure_signing_keys(source, now=stores.clock())
    return SigningKeys(source, stores.clock)


def key_rotation(settings: Settings, stores: Stores) -> KeyRotation:
    """The rotation as this deployment wants it."""
    days = settings.broker.tokens.signing_key_days
    return KeyRotation(signing_key_source(stores), stores.clock, sign_for=timedelta(days=days))


def tend_keys(settings: Settings, stores: Stores) -> tuple[KeyChange, ...]:
    """What is due now, for the worker."""
    return change_keys(stores, system_auditor(stores), key_rotation(settings, stores).tend)


def change_keys(
    stores: Stores, auditor: Auditor, act: Callable[[], Iterable[KeyChange]]
) -> tuple[KeyChange, ...]:
    """Do it and write it down, both or neither."""
    with stores.database.writing(lock="signing-keys"):
        changes = tuple(act())
        for change in changes:
            auditor.record(
                SigningKeyChanged(
                    brand=None,
                    result=Result.SUCCESS,
                    kid=change.kid,
                    algorithm=change.algorithm,
                    change=change.change,
                )
            )
    return changes
