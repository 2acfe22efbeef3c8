"""The account that comes of a confirmed registration: the same one, however often it is opened."""

from __future__ import annotations

from broker.accounts.registration.pending import PendingRegistration
from broker.accounts.registration.surroundings import Surroundings
from broker.domain.events import RegistrationCompleted, Result
from broker.storage.accounts import AddressTaken, Registered


def open_account(surroundings: Surroundings, registration: PendingRegistration) -> Registered | None:
    """Make it, or find the one there is; None when the address has become somebody else's.

    Whoever makes it writes it down, in the same transaction.
    """
    details = registration.details
    with surroundings.together():
        made = surroundings.accounts.register_consumer(
            registration.brand,
            details.name,
            details.email,
            registration.bsn,
            new_id=registration.account_id,
        )
        if isinstance(made, AddressTaken):
            return None
        if made.created:
            note_account(surroundings, registration, made)
    return made


def note_account(surroundings: Surroundings, registration: PendingRegistration, made: Registered) -> None:
    """Write down which account came of the registration."""
    surroundings.auditor.record(
        RegistrationCompleted(
            brand=registration.brand,
            result=Result.SUCCESS,
            client_id=registration.attempt.client_id,
            account_id=made.account.id,
            created=made.created,
        )
    )
