"""Which person at which organisation belongs to which account, and the codes that bind them.

An identity is found by keyed hash, as a BSN is; an account may have several, one for each organisation that
its owner acts for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.assurance import Scheme
from broker.domain.clock import Clock
from broker.domain.identity import EherkenningIdentity
from broker.domain.representation import LegalSubject
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex, IndexDigest
from broker.storage.schema import ACCOUNT_IDENTITIES, ACCOUNTS, BINDING_CODES
from broker.storage.sealing import Sealer

_CODE = "binding-code"
_C, _I = BINDING_CODES.c, ACCOUNT_IDENTITIES.c


@dataclass(frozen=True, slots=True)
class Bound:
    """The account that a code bound to; `activated` when it had waited for its owner until then."""

    account_id: AccountId
    activated: bool


@dataclass(frozen=True, slots=True)
class Unbound:
    """What was taken off an account: bindings to these organisations, and a code if one still worked."""

    organisations: tuple[LegalSubject, ...]
    code: bool

    def __bool__(self) -> bool:
        return bool(self.organisations) or self.code


class EherkenningBindingRepository:
    """Keeps codes and bindings."""

    def __init__(
        self, database: Database, columns: Sealer, blind_indexes: Mapping[str, BlindIndex], clock: Clock
    ) -> None:
        self._database = database
        self._columns = columns
        self._blind_indexes = blind_indexes
        self._clock = clock
        self._claim = database.new_row(ACCOUNT_IDENTITIES)

    def keep_code(self, account: Account, code: str, *, expires_at: datetime) -> None:
        """Let `code` bind to this account; an older code of it works no more."""
        hashed = self._blind_indexes[account.brand].digest(_CODE, code)
        with self._database.writing(lock=f"binding code of {account.id}") as connection:
            connection.execute(delete(BINDING_CODES).where(_C.account_id == account.id))
            connection.execute(
                insert(BINDING_CODES).values(
                    brand=account.brand,
                    index_key_id=hashed.key_id,
                    code_digest=hashed.digest,
                    account_id=account.id,
                    created_at=self._clock(),
                    expires_at=expires_at,
                )
            )

    def withdraw_code(self, account_id: AccountId) -> bool:
        """Make the code of this account worthless, for good; whether it still worked."""
        of_account = delete(BINDING_CODES).where(_C.account_id == account_id)
        with self._database.writing() as connection:
            worked = of_account.where(_C.used_at.is_(None), _C.expires_at > self._clock())
            withdrawn = connection.execute(worked).rowcount
            connection.execute(of_account)
        return withdrawn == 1

    def bind(self, brand: str, code: str, identity: EherkenningIdentity) -> Bound | None:
        """Use the code up and bind; None, with nothing done, when it does not work.

        Of any number who bring one code at once, one binds; an identity that is bound stays where it is.
        """
        with self._database.writing() as connection:
            for hashed in self._blind_indexes[brand].digests(_CODE, code):
                found = self._usable(connection, brand, hashed)
                if found is not None:
                    return self._bind(connection, brand, hashed, found, identity)
        return None

    def binds(self, account_id: AccountId) -> bool:
        """Whether somebody comes in at this account by eHerkenning."""
        bound = select(_I.account_id).where(
            _I.account_id == account_id, _I.scheme == Scheme.EHERKENNING.value
        )
        with self._database.reading() as connection:
            return connection.execute(bound.limit(1)).first() is not None

    def organisations_of(self, account: Account) -> tuple[LegalSubject, ...]:
        """For which organisations the account's owner can come by eHerkenning, each once."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(_I.identity_sealed).where(
                    _I.account_id == account.id, _I.scheme == Scheme.EHERKENNING.value
                )
            ).all()
        return tuple(dict.fromkeys(self._organisation(account, row.identity_sealed) for row in rows))

    def unbind(self, account: Account, organisation: LegalSubject | None) -> Unbound:
        """Take bindings off the account: those for one organisation, or all; what that took off.

        Its code goes too, whatever it would have bound: else whoever is sent away binds again by it.
        """
        gone: list[LegalSubject] = []
        with self._database.writing(lock=f"bindings of {account.id}") as connection:
            # Before the bindings are read: who is using the code right now is waited for, and found below.
            code = self.withdraw_code(account.id)
            of_account = (_I.account_id == account.id, _I.scheme == Scheme.EHERKENNING.value)
            for row in connection.execute(select(ACCOUNT_IDENTITIES).where(*of_account)).all():
                found = self._organisation(account, row.identity_sealed)
                if organisation is None or found.key == organisation.key:
                    gone.append(found)
                    connection.execute(
                        delete(ACCOUNT_IDENTITIES).where(
                            *of_account,
                            _I.index_key_id == row.index_key_id,
                            _I.identity_digest == row.identity_digest,
                        )
                    )
        return Unbound(tuple(dict.fromkeys(gone)), code)

    def _usable(self, connection: Connection, brand: str, hashed: IndexDigest) -> AccountId | None:
        """The account of a code that still works, if the account may be used or waits for its owner."""
        found = connection.execute(
            select(_C.account_id)
            .join(ACCOUNTS, ACCOUNTS.c.id == _C.account_id)
            .where(
                *_of_code(brand, hashed),
                _C.used_at.is_(None),
                _C.expires_at > self._clock(),
                ACCOUNTS.c.type == AccountType.BUSINESS.value,
                ACCOUNTS.c.state.in_([AccountState.INVITED.value, AccountState.ACTIVE.value]),
            )
        ).scalar_one_or_none()
        return None if found is None else AccountId(found)

    def _bind(
        self,
        connection: Connection,
        brand: str,
        hashed: IndexDigest,
        account_id: AccountId,
        identity: EherkenningIdentity,
    ) -> Bound | None:
        if not self._claim_identity(connection, brand, account_id, identity):
            return None
        used = update(BINDING_CODES).where(*_of_code(brand, hashed), _C.used_at.is_(None))
        if connection.execute(used.values(used_at=self._clock())).rowcount != 1:
            # Another request was faster by a moment. No exception: the caller's transaction goes on.
            digests = self._blind_indexes[brand].digests(Scheme.EHERKENNING, identity.key)
            _let_go(connection, brand, digests)
            return None
        activated = connection.execute(
            update(ACCOUNTS)
            .where(ACCOUNTS.c.id == account_id, ACCOUNTS.c.state == AccountState.INVITED.value)
            .values(state=AccountState.ACTIVE.value)
        ).rowcount
        return Bound(account_id, activated=activated == 1)

    def _claim_identity(
        self, connection: Connection, brand: str, account_id: AccountId, identity: EherkenningIdentity
    ) -> bool:
        """False, with nothing kept, when the identity belongs to an account already."""
        sealed = self._columns.seal(
            json.dumps(identity.organisation.encode()).encode(), context=_place(brand, account_id)
        )
        # Oldest key first: a process that does not know the newest one yet meets us there.
        claimed: list[IndexDigest] = []
        for digest in reversed(self._blind_indexes[brand].digests(Scheme.EHERKENNING, identity.key)):
            row = {
                "brand": brand,
                "scheme": Scheme.EHERKENNING.value,
                "index_key_id": digest.key_id,
                "identity_digest": digest.digest,
                "account_id": account_id,
                "identity_sealed": sealed,
            }
            if connection.execute(self._claim, row).rowcount != 1:
                _let_go(connection, brand, claimed)
                return False
            claimed.append(digest)
        return True

    def _organisation(self, account: Account, sealed: bytes) -> LegalSubject:
        plain = self._columns.open(sealed, context=_place(account.brand, account.id))
        return LegalSubject.decode(json.loads(plain))


def _let_go(connection: Connection, brand: str, claimed: Sequence[IndexDigest]) -> None:
    """Take back what this very transaction claimed."""
    for digest in claimed:
        connection.execute(
            delete(ACCOUNT_IDENTITIES).where(
                _I.brand == brand,
                _I.scheme == Scheme.EHERKENNING.value,
                _I.index_key_id == digest.key_id,
                _I.identity_digest == digest.digest,
            )
        )


def _of_code(brand: str, hashed: IndexDigest) -> tuple[ColumnElement[bool], ...]:
    return (_C.brand == brand, _C.index_key_id == hashed.key_id, _C.code_digest == hashed.digest)


def _place(brand: str, account_id: AccountId) -> bytes:
    return f"accounts/{brand}/{account_id}/{Scheme.EHERKENNING.value}".encode()
