"""Runs the migrations of payments on the connection that `chassis.transactions.migrate` passes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
