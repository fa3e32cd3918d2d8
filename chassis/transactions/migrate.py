"""Migrates databases and grants their roles' privileges: `python -m chassis.transactions.migrate bookings rooms …`."""

import argparse
import os
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chassis.database.parameters import parameters
from chassis.observability import logs
from chassis.settings import environment_faults, refusal, with_driver
from chassis.transactions.grants import grant, grants_in

FOLDERS = {"gateway": "gateway"}

log = logs.logger(__name__)


def migrations_of(name: str) -> Path:
    """The migrations folder of a service, or of the gateway."""
    root = Path(__file__).resolve().parents[2]
    return root / FOLDERS.get(name, f"services/{name}") / "migrations"


def migrate(name: str, url: str) -> None:
    """Migrate one database to the newest schema as its owner, and grant the privileges of its other roles.

    Concurrent migrations wait for each other. The roles exist already (see `chassis.transactions.grants`).
    """
    config = Config()
    config.set_main_option("script_location", str(migrations_of(name)))
    engine = sa.create_engine(with_driver(url, "psycopg2"), connect_args=parameters("migrate", statement=None))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('migrate'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        grant(connection, grants_in(migrations_of(name)))
    engine.dispose()


def main() -> None:
    """Migrate the databases that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m chassis.transactions.migrate",
        description="Bring each service's database to its newest schema, and grant the privileges of its roles. "
        "Reads <NAME>_OWNER_DATABASE_URL, HOTELMATE_MODE.",
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="bookings, payments, rooms, notifier, gateway")
    logs.configure("migrate", level=os.environ.get("LOG_LEVEL", "INFO"), fmt=os.environ.get("LOG_FORMAT", "json"))
    variables = {name: f"{name.upper()}_OWNER_DATABASE_URL" for name in parser.parse_args().names}
    if sentences := environment_faults(variables.values()):
        raise SystemExit(refusal(sentences))
    for name, variable in variables.items():
        if variable not in os.environ:
            raise SystemExit(f"{variable} is not set")
        migrate(name, os.environ[variable])
        log.info("migrated", database=name)


if __name__ == "__main__":
    main()
