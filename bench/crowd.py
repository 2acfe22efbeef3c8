"""Fills a stage with strangers: copies, under new names, of what one account and one login left behind."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

import redis
from sqlalchemy import Connection, Table, insert, select

from bench.stage import Stage
from broker.storage.database import Database
from broker.storage.schema import (
    ACCOUNT_IDENTITIES,
    ACCOUNTS,
    COLLECTIVITIES,
    MEMBERSHIPS,
    ROLE_GRANTS,
)

_BATCH = 2_000
_DIGEST_BYTES = 32
_SESSION_KEYS = (b"voordeur:{session:", b"voordeur:{account-sessions:")
_HOUR_MS = 3_600_000


def add_accounts(stage: Stage, count: int) -> None:
    """`count` more accounts with an identity each, of the size of real ones."""
    database = Database(stage.database_url)
    with database.writing() as connection:
        account, identity = _first(connection, ACCOUNTS), _first(connection, ACCOUNT_IDENTITIES)
        for start in range(0, count, _BATCH):
            size = min(_BATCH, count - start)
            names = [str(uuid.uuid4()) for _ in range(size)]
            connection.execute(insert(ACCOUNTS), [{**account, "id": name} for name in names])
            connection.execute(
                insert(ACCOUNT_IDENTITIES),
                [
                    {**identity, "account_id": name, "identity_digest": os.urandom(_DIGEST_BYTES)}
                    for name in names
                ],
            )
    database.close()


def add_collectivities(stage: Stage, count: int) -> None:
    """`count` more collectivities, each with a member and a role, as copies of the first ones."""
    database = Database(stage.database_url)
    with database.writing() as connection:
        place, member, role = (
            _first(connection, table) for table in (COLLECTIVITIES, MEMBERSHIPS, ROLE_GRANTS)
        )
        others = connection.execute(select(ACCOUNTS.c.id).limit(count)).scalars().all()
        for start in range(0, count, _BATCH):
            numbers = range(start, min(start + _BATCH, count))
            names = {number: str(uuid.uuid4()) for number in numbers}
            connection.execute(
                insert(COLLECTIVITIES),
                [{**place, "id": name, "number": f"CROWD-{number}"} for number, name in names.items()],
            )
            links = [
                {"account_id": others[number % len(others)], "collectivity_id": name}
                for number, name in names.items()
            ]
            connection.execute(insert(MEMBERSHIPS), [{**member, **link} for link in links])
            connection.execute(insert(ROLE_GRANTS), [{**role, **link} for link in links])
    database.close()


def add_sessions(stage: Stage, count: int) -> None:
    """`count` more sessions, each with the index of its account, as copies of one that a login made."""
    with redis.Redis(unix_socket_path=str(stage.redis_socket)) as client:
        for prefix in _SESSION_KEYS:
            original = next(iter(client.scan_iter(match=prefix + b"*", count=1000)))
            dump: Any = client.dump(original)
            for start in range(0, count, _BATCH):
                with client.pipeline(transaction=False) as pipeline:
                    for _ in range(min(_BATCH, count - start)):
                        name = prefix + os.urandom(_DIGEST_BYTES).hex().encode() + b"}"
                        pipeline.restore(name, _HOUR_MS, dump)
                    pipeline.execute()


def add_clients(stage: Stage, count: int) -> None:
    """`count` more portals of the same brand, each with a client of its own."""
    folder = stage.config / "portals"
    sample = (folder / "mijn-cz.toml").read_text(encoding="utf-8")
    for number in range(count):
        text = sample.replace(json.dumps("mijn-cz"), json.dumps(f"portal-{number}"))
        (folder / f"portal-{number}.toml").write_text(text, encoding="utf-8")


def _first(connection: Connection, table: Table) -> dict[str, Any]:
    return dict(connection.execute(select(table).limit(1)).one()._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
