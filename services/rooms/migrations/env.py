"""Runs the migrations of the rooms service on the connection of `chassis.transactions.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
