"""Runs the gateway's migrations on the connection that `chassis.transactions.migrate` gives."""

from alembic import context

from gateway.identity.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
