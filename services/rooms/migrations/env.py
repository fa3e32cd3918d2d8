"""Runs the migrations of rooms on the connection that `chassis.transactions.migrate` hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
