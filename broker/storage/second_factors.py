"""Second factors and recovery codes in the database: secrets sealed, steps and codes used once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from broker.domain.accounts import AccountId
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.storage.database import Database
from broker.storage.schema import ACCOUNTS, RECOVERY_CODES, SECOND_FACTORS
from broker.storage.sealing import Sealer

_TAIL_DIGITS = 2

_F = SECOND_FACTORS.c
_OF_ACCOUNT = (
    select(_F.id, _F.account_id, _F.kind, _F.label, _F.created_at)
    .where(_F.account_id == bindparam("of_account"))
    .order_by(_F.created_at, _F.id)
)
_SECRET = (
    select(_F.id, _F.account_id, _F.kind, _F.secret_sealed, ACCOUNTS.c.brand)
    .join(ACCOUNTS, ACCOUNTS.c.id == _F.account_id)
    .where(_F.id == bindparam("factor_id"))
)
_BRAND = select(ACCOUNTS.c.brand).where(ACCOUNTS.c.id == bindparam("of_account"))
# One statement: of any number who use a step at once, one moves it on.
_USE_STEP = (
    update(SECOND_FACTORS)
    .where(
        _F.id == bindparam("factor_id"), or_(_F.last_step.is_(None), _F.last_step < bindparam("step_used"))
    )
    .values(last_step=bindparam("step_used"))
)
_REMOVE = delete(SECOND_FACTORS).where(_F.id == bindparam("factor_id"))
_R = RECOVERY_CODES.c
_USE_CODE = (
    update(RECOVERY_CODES)
    .where(
        _R.account_id == bindparam("of_account"), _R.code_digest == bindparam("digest"), _R.used_at.is_(None)
    )
    .values(used_at=bindparam("at"))
)
_DROP_CODES = delete(RECOVERY_CODES).where(_R.account_id == bindparam("of_account"))
_CODES_LEFT = select(func.count()).where(_R.account_id == bindparam("of_account"), _R.used_at.is_(None))


@dataclass(frozen=True, slots=True)
class FactorSecret:
    """What a factor is proven by: the key of an app (20 bytes), or a telephone number (E.164, in ASCII)."""

    factor_id: str
    account_id: AccountId
    brand: str
    kind: FactorKind
    plain: bytes = field(repr=False)

    @property
    def number(self) -> str:
        """The telephone number; `ValueError` for a factor that has none."""
        if self.kind is FactorKind.TOTP:
            raise ValueError("an authenticator app has no telephone number")
        return self.plain.decode("ascii")


def tail_of(number: str) -> str:
    """The last digits of a number: enough for its owner to know which it is, and for nobody to call it."""
    return number[-_TAIL_DIGITS:]


class SecondFactorRepository:
    """Finds and keeps second factors; an account has one of a kind at most."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns
        self._insert = database.new_row(SECOND_FACTORS)

    def of_account(self, account_id: AccountId) -> tuple[SecondFactor, ...]:
        """The factors of an account, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_OF_ACCOUNT, {"of_account": account_id}).all()
        return tuple(_factor(row) for row in rows)

    def brand_of(self, account_id: AccountId) -> str | None:
        """The brand of the account; None when there is no such account."""
        with self._database.reading() as connection:
            return connection.execute(_BRAND, {"of_account": account_id}).scalar_one_or_none()

    def secret(self, factor_id: str) -> FactorSecret | None:
        """What the factor is proven by; None when it is there no more."""
        with self._database.reading() as connection:
            row = connection.execute(_SECRET, {"factor_id": factor_id}).one_or_none()
        if row is None:
            return None
        account_id, kind = AccountId(row.account_id), FactorKind(row.kind)
        plain = self._columns.open(row.secret_sealed, context=_place(row.id, account_id, kind))
        return FactorSecret(row.id, account_id, row.brand, kind, plain)

    def add_totp(
        self, account_id: AccountId, secret: bytes, first_step: int, at: datetime
    ) -> SecondFactor | None:
        """Keep an authenticator app; the code of `first_step`, which confirmed it, is used up.

        None when the account has one already: then nothing is kept.
        """
        factor = SecondFactor(str(uuid4()), account_id, FactorKind.TOTP, "", at)
        return self._add(factor, secret, first_step)

    def add_phone(
        self, account_id: AccountId, kind: FactorKind, number: str, at: datetime
    ) -> SecondFactor | None:
        """Keep a telephone number (E.164) for texts or calls; None as above."""
        if kind not in {FactorKind.SMS, FactorKind.VOICE}:
            raise ValueError(f"{kind.value} is not by telephone")
        factor = SecondFactor(str(uuid4()), account_id, kind, tail_of(number), at)
        return self._add(factor, number.encode("ascii"), None)

    def use_step(self, factor_id: str, step: int) -> bool:
        """True for one caller a step, and only forward: a step at or before the last one used is refused."""
        return self._database.write_alone(_USE_STEP, {"factor_id": factor_id, "step_used": step}) == 1

    def remove(self, factor_id: str) -> bool:
        """Forget a factor; True for the caller who did."""
        return self._database.write_alone(_REMOVE, {"factor_id": factor_id}) == 1

    def replace_codes(self, account_id: AccountId, digests: Iterable[bytes]) -> None:
        """Give the account these recovery codes; all that it had are gone."""
        rows = [{"account_id": account_id, "code_digest": digest} for digest in digests]
        with self._database.writing() as connection:
            connection.execute(_DROP_CODES, {"of_account": account_id})
            if rows:
                connection.execute(insert(RECOVERY_CODES), rows)

    def use_code(self, account_id: AccountId, digest: bytes, at: datetime) -> bool:
        """Use a recovery code up: True for one caller, once."""
        used = {"of_account": account_id, "digest": digest, "at": at}
        return self._database.write_alone(_USE_CODE, used) == 1

    def codes_left(self, account_id: AccountId) -> int:
        """How many recovery codes are unused."""
        with self._database.reading() as connection:
            return connection.execute(_CODES_LEFT, {"of_account": account_id}).scalar_one()

    def _add(self, factor: SecondFactor, secret: bytes, last_step: int | None) -> SecondFactor | None:
        place = _place(factor.id, factor.account_id, factor.kind)
        row = {
            "id": factor.id,
            "account_id": factor.account_id,
            "kind": factor.kind.value,
            "secret_sealed": self._columns.seal(secret, context=place),
            "label": factor.label,
            "last_step": last_step,
            "created_at": factor.created_at,
        }
        return factor if self._database.write_alone(self._insert, row) == 1 else None


def _factor(row: Row[*tuple[Any, ...]]) -> SecondFactor:
    return SecondFactor(row.id, AccountId(row.account_id), FactorKind(row.kind), row.label, row.created_at)


def _place(factor_id: str, account_id: AccountId, kind: FactorKind) -> bytes:
    return f"second_factors/{account_id}/{factor_id}/{kind.value}/secret".encode()
