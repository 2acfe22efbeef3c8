"""Organisations, collectivities and memberships in the database."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, delete, select, update

from broker.domain.accounts import AccountId
from broker.domain.clock import Clock
from broker.domain.collectivity import (
    NO_CONTACT,
    Collectivity,
    CollectivityId,
    CollectivityNumber,
    ContactDetails,
    CustomerNumber,
)
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.search_words import sort_key
from broker.storage.collectivity_rows import (
    contact_bytes,
    contact_from,
    contact_place,
    organisation_of,
)
from broker.storage.database import Database
from broker.storage.membership_words import MembershipWords, row_by_row
from broker.storage.prepared import Prepared
from broker.storage.schema import (
    ACCOUNTS,
    COLLECTIVITIES,
    MEMBERSHIPS,
    NO_BRANCH,
    ORGANISATIONS,
)
from broker.storage.sealing import Sealer

_O, _C, _M = (table.c for table in (ORGANISATIONS, COLLECTIVITIES, MEMBERSHIPS))
_ORGANISATION = Prepared(
    select(_O.id, _O.kvk, _O.branch, _O.name).where(
        _O.brand == bindparam("of_brand"), _O.kvk == bindparam("kvk"), _O.branch == bindparam("branch")
    )
)
_BY_NUMBER = Prepared(
    select(
        *(_C.id, _C.brand, _C.number, _C.customer_number, _C.name, _C.contact_sealed, _C.organisation_id),
        *(_O.kvk, _O.branch, _O.name.label("organisation_name")),
    )
    .join(ORGANISATIONS, _O.id == _C.organisation_id)
    .where(_C.brand == bindparam("of_brand"), _C.number == bindparam("number"))
)
_CONTACT = Prepared(
    select(_C.contact_sealed).where(_C.id == bindparam("collectivity_id"), _C.brand == bindparam("of_brand"))
)
_BRAND = Prepared(select(ACCOUNTS.c.brand).where(ACCOUNTS.c.id == bindparam("account_id")))
# A login that notes where somebody works does not wait for this (FOR NO KEY UPDATE).
_HELD_MEMBERSHIP = Prepared(
    select(_M.account_id)
    .where(_M.account_id == bindparam("account_id"), _M.collectivity_id == bindparam("collectivity_id"))
    .with_for_update(key_share=True)
)
_NUMBERS_OF = Prepared(
    select(_C.number)
    .join(MEMBERSHIPS, _M.collectivity_id == _C.id)
    .where(_M.account_id == bindparam("account_id"))
    .order_by(_C.number)
)


class CollectivityRepository:
    """Keeps organisations, collectivities and who belongs to them; of one brand at a time."""

    def __init__(self, database: Database, columns: Sealer, clock: Clock) -> None:
        """`columns` seals how a collectivity is reached; `clock` dates what is new."""
        self._database = database
        self._columns = columns
        self._clock = clock
        self._words = MembershipWords(database)
        # Files bring tens of thousands of these.
        self._add_member = row_by_row(database.new_row(MEMBERSHIPS), MEMBERSHIPS)
        self._add_organisation = row_by_row(database.new_row(ORGANISATIONS), ORGANISATIONS)
        self._add_collectivity = row_by_row(database.new_row(COLLECTIVITIES), COLLECTIVITIES)

    def organisation(self, brand: str, kvk: KvkNumber, branch: BranchNumber | None) -> Organisation | None:
        """The organisation, or its branch, as the brand knows it."""
        row = self._organisation_row(brand, kvk, branch)
        return organisation_of(row.kvk, row.branch, row.name) if row else None

    def put_organisation(self, brand: str, organisation: Organisation) -> None:
        """Keep an organisation, or give the one that is there this name."""
        with self._database.writing() as connection:
            row = self._organisation_row(brand, organisation.kvk, organisation.branch)
            if row is None:
                new = self._new_organisation(brand, organisation)
                if self._database.write_alone(self._add_organisation, new) == 1:
                    return
                # Somebody else was faster by a moment.
                row = self._organisation_row(brand, organisation.kvk, organisation.branch)
            if row.name != organisation.name:
                connection.execute(
                    update(ORGANISATIONS).where(_O.id == row.id).values(name=organisation.name)
                )
                for number in connection.execute(
                    select(_C.number).where(_C.organisation_id == row.id)
                ).scalars():
                    self._name_anew(connection, brand, CollectivityNumber(number))

    def find(self, brand: str, number: CollectivityNumber) -> Collectivity | None:
        """The collectivity with this number."""
        row = self._row(brand, number)
        return self._collectivity(row) if row else None

    def contact(self, brand: str, collectivity_id: CollectivityId) -> ContactDetails:
        """How the brand reaches this collectivity of its own; nothing for one that is not there."""
        asked = {"collectivity_id": collectivity_id, "of_brand": brand}
        row = self._database.read_one(_CONTACT, asked)
        return self._opened(row.contact_sealed, contact_place(brand, collectivity_id)) if row else NO_CONTACT

    def put_collectivity(self, collectivity: Collectivity) -> CollectivityId:
        """Keep a collectivity, or give the one with its number these values; `KeyError` without organisation.

        Answers its id: that of the one there was, or else that of `collectivity`.
        """
        brand, owner = collectivity.brand, collectivity.organisation
        with self._database.writing() as connection:
            organisation = self._organisation_row(brand, owner.kvk, owner.branch)
            if organisation is None:
                raise KeyError("the organisation is not there")
            row = self._row(brand, collectivity.number)
            if row is None:
                new = self._new_collectivity(collectivity, organisation.id)
                if self._database.write_alone(self._add_collectivity, new) == 1:
                    return collectivity.id
                # As above.
                row = self._row(brand, collectivity.number)
            found = CollectivityId(row.id)
            values = self._values(collectivity, found, organisation.id)
            connection.execute(update(COLLECTIVITIES).where(_C.id == found).values(**values))
            if _said_of(row) != _said_of(self._row(brand, collectivity.number)):
                self._name_anew(connection, brand, collectivity.number)
            return found

    def add_member(self, account_id: AccountId, collectivity: Collectivity) -> bool:
        """Let an account of the same brand belong to a collectivity; False when it did already.

        `ValueError` for an account of another brand: nothing crosses that border.
        """
        with self._database.writing():
            account = self._database.read_one(_BRAND, {"account_id": account_id})
            if account is None or account.brand != collectivity.brand:
                raise ValueError("the account is not of the brand of the collectivity")
            row = {
                "account_id": account_id,
                "collectivity_id": collectivity.id,
                "sort_key": sort_key(collectivity.name, collectivity.number.number),
                "created_at": self._clock(),
            }
            if self._database.write_alone(self._add_member, row) != 1:
                return False
            self._words.add(collectivity, account_id)
            return True

    def hold_member(self, account_id: AccountId, collectivity_id: CollectivityId) -> bool:
        """Whether the account belongs to it; who holds or ends that too waits until this transaction ends.

        (On SQLite there is one writer at a time anyway.)
        """
        asked = {"account_id": account_id, "collectivity_id": collectivity_id}
        return self._database.read_one(_HELD_MEMBERSHIP, asked) is not None

    def numbers_of(self, account_id: AccountId) -> tuple[CollectivityNumber, ...]:
        """The collectivities that the account belongs to, with or without a role there."""
        rows = self._database.read_all(_NUMBERS_OF, {"account_id": account_id})
        return tuple(CollectivityNumber(row.number) for row in rows)

    def remove_member(self, account_id: AccountId, collectivity_id: CollectivityId) -> bool:
        """The account has nothing to do with the collectivity any more, and no role there."""
        gone = delete(MEMBERSHIPS).where(_M.account_id == account_id, _M.collectivity_id == collectivity_id)
        return self._database.write_alone(gone) == 1

    def _organisation_row(self, brand: str, kvk: KvkNumber, branch: BranchNumber | None) -> Any:  # noqa: ANN401 - a row of the statement
        place = {"of_brand": brand, "kvk": kvk.number, "branch": branch.number if branch else NO_BRANCH}
        return self._database.read_one(_ORGANISATION, place)

    def _new_organisation(self, brand: str, organisation: Organisation) -> dict[str, object]:
        branch = organisation.branch
        return {
            "id": str(uuid4()),
            "brand": brand,
            "kvk": organisation.kvk.number,
            "branch": branch.number if branch else NO_BRANCH,
            "name": organisation.name,
            "created_at": self._clock(),
        }

    def _new_collectivity(self, collectivity: Collectivity, organisation_id: str) -> dict[str, object]:
        return {
            "id": collectivity.id,
            "brand": collectivity.brand,
            "number": collectivity.number.number,
            "created_at": self._clock(),
            **self._values(collectivity, collectivity.id, organisation_id),
        }

    def _values(
        self, collectivity: Collectivity, known_as: CollectivityId, organisation_id: str
    ) -> dict[str, object]:
        return {
            "customer_number": collectivity.customer_number.number,
            "name": collectivity.name,
            "organisation_id": organisation_id,
            "contact_sealed": self._sealed(collectivity.brand, known_as, collectivity.contact),
        }

    def _row(self, brand: str, number: CollectivityNumber) -> Any:  # noqa: ANN401 - a row of the statement
        return self._database.read_one(_BY_NUMBER, {"of_brand": brand, "number": number.number})

    def _collectivity(self, row: Any) -> Collectivity:  # noqa: ANN401 - a row of the statement
        return Collectivity(
            id=CollectivityId(row.id),
            brand=row.brand,
            number=CollectivityNumber(row.number),
            customer_number=CustomerNumber(row.customer_number),
            name=row.name,
            organisation=organisation_of(row.kvk, row.branch, row.organisation_name),
            contact=self._opened(row.contact_sealed, contact_place(row.brand, row.id)),
        )

    def _opened(self, sealed: bytes | None, place: bytes) -> ContactDetails:
        return contact_from(self._columns.open(sealed, context=place)) if sealed else NO_CONTACT

    def _sealed(self, brand: str, collectivity_id: CollectivityId, contact: ContactDetails) -> bytes | None:
        if contact == NO_CONTACT:
            return None
        return self._columns.seal(contact_bytes(contact), context=contact_place(brand, collectivity_id))

    def _name_anew(self, connection: Connection, brand: str, number: CollectivityNumber) -> None:
        found = self.find(brand, number)
        if found is not None:
            self._words.write_anew(connection, found)


def _said_of(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - a row of `_BY_NUMBER`
    return (row.customer_number, row.name, row.kvk, row.organisation_name)
