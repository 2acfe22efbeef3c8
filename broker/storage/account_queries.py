"""The statements that find an account and note what became of it."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select, tuple_, update

from broker.domain.accounts import AccountState, AccountType
from broker.storage.account_addresses import ADDRESS_SCHEME
from broker.storage.account_rows import COLUMNS
from broker.storage.prepared import Prepared
from broker.storage.schema import ACCOUNT_IDENTITIES, ACCOUNTS

BY_ID = Prepared(select(*COLUMNS).where(ACCOUNTS.c.id == bindparam("account_id")))
STATE_BY_ID = Prepared(select(ACCOUNTS.c.state).where(ACCOUNTS.c.id == bindparam("account_id")))
# One read: the primary key of the identities, then that of the accounts.
BY_IDENTITY = Prepared(
    select(*COLUMNS)
    .join(ACCOUNT_IDENTITIES, ACCOUNT_IDENTITIES.c.account_id == ACCOUNTS.c.id)
    .where(
        ACCOUNT_IDENTITIES.c.brand == bindparam("of_brand"),
        ACCOUNT_IDENTITIES.c.scheme == bindparam("of_scheme"),
        ACCOUNT_IDENTITIES.c.index_key_id == bindparam("key_id"),
        ACCOUNT_IDENTITIES.c.identity_digest == bindparam("digest"),
    )
)
BY_ADDRESS = (
    select(*COLUMNS)
    .join(ACCOUNT_IDENTITIES, ACCOUNT_IDENTITIES.c.account_id == ACCOUNTS.c.id)
    .where(
        ACCOUNT_IDENTITIES.c.brand == bindparam("of_brand"),
        ACCOUNT_IDENTITIES.c.scheme == ADDRESS_SCHEME,
        tuple_(ACCOUNT_IDENTITIES.c.index_key_id, ACCOUNT_IDENTITIES.c.identity_digest).in_(
            bindparam("digests", expanding=True)
        ),
    )
)
# Whoever may have a password of ours.
WITH_PASSWORD_BY_ADDRESS = BY_ADDRESS.where(ACCOUNTS.c.type != AccountType.CONSUMER.value)
RECORD_LOGIN = Prepared(
    update(ACCOUNTS)
    .where(
        ACCOUNTS.c.id == bindparam("account_id"),
        or_(ACCOUNTS.c.last_login_at.is_(None), ACCOUNTS.c.last_login_at < bindparam("at")),
    )
    .values(last_login_at=bindparam("at"))
)
ACTIVATE = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.id == bindparam("account_id"), ACCOUNTS.c.state == AccountState.INVITED.value)
    .values(state=AccountState.ACTIVE.value)
)
LAST_LOGIN = select(ACCOUNTS.c.last_login_at).where(ACCOUNTS.c.id == bindparam("account_id"))
# Whoever was erased stays erased: there is nobody to come back.
SET_STATE = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.id == bindparam("account_id"), ACCOUNTS.c.state != AccountState.ERASED.value)
    .values(state=bindparam("new_state"))
)
