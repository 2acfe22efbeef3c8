"""What rows of collectivities hold: an organisation, the words that find it, how it is reached."""

from __future__ import annotations

import json

from broker.domain.collectivity import Collectivity, CollectivityId, ContactDetails, PostalAddress
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.search_words import words_of
from broker.storage.schema import NO_BRANCH


def words_of_collectivity(collectivity: Collectivity) -> tuple[str, ...]:
    """By which its members find it: what it is called, and its numbers."""
    owner = collectivity.organisation
    numbers = (collectivity.number.number, collectivity.customer_number.number, owner.kvk.number)
    return words_of((*numbers, collectivity.name, owner.name))


def word_row(collectivity_id: CollectivityId, member: str, word: str) -> dict[str, str]:
    """One of these words, for one member."""
    return {"account_id": member, "word": word, "collectivity_id": collectivity_id}


def organisation_of(kvk: str, branch: str, name: str) -> Organisation:
    """The organisation of a row."""
    return Organisation(KvkNumber(kvk), None if branch == NO_BRANCH else BranchNumber(branch), name)


def contact_bytes(contact: ContactDetails) -> bytes:
    """How a collectivity is reached, to be sealed."""
    place = contact.address
    address = [place.street, place.postal_code, place.city] if place else None
    return json.dumps([address, contact.phones, contact.email], separators=(",", ":")).encode()


def contact_from(plain: bytes) -> ContactDetails:
    """The inverse of `contact_bytes`."""
    address, phones, email = json.loads(plain)
    return ContactDetails(PostalAddress(*address) if address else None, tuple(phones), email)


def contact_place(brand: str, collectivity_id: str) -> bytes:
    """Where the sealed bytes belong; they open nowhere else."""
    return f"collectivities/{brand}/{collectivity_id}/contact".encode()
