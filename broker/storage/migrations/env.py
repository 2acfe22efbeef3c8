"""Runs migrations on the connection and in the transaction that `broker.storage.schema_upgrade` gives."""

from alembic import context

from broker.storage.full_schema import FULL_METADATA
from broker.storage.schema_upgrade import CONNECTION

context.configure(
    connection=context.config.attributes[CONNECTION],
    target_metadata=FULL_METADATA,
    # SQLite changes a table by copying it, which Alembic does in batch mode.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
