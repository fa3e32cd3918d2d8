"""Where the running system is: the environment says, or else the file that a running demo leaves in `.run`."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.messaging.ask_client import AskClient
from chassis.settings import with_driver
from hotelmate.trouble import Trouble

STACK = Path(".run/stack.json")
PATIENCE = 10.0
LONGEST = 60  # seconds for one statement of a look


@dataclass(frozen=True)
class Surroundings:
    """Addresses by name; the environment wins over the demo's file."""

    environment: Mapping[str, str]
    stack: Mapping[str, Any]

    @property
    def amqp_url(self) -> str:
        """The broker."""
        return self._known("AMQP_URL", self.stack.get("amqp"))

    @property
    def stripe_url(self) -> str:
        """The Stripe stand-in, which a demonstration has."""
        return self._known("SANDBOX_STRIPE_URL", self.stack.get("stripe", {}).get("url")).rstrip("/")

    def database_url(self, name: str) -> str:
        """The database of a service, or the gateway's."""
        return self._known(f"{name.upper()}_DATABASE_URL", self.stack.get("databases", {}).get(name))

    def _known(self, variable: str, from_stack: Any) -> str:
        value = self.environment.get(variable) or from_stack
        if not value:
            raise Trouble(f"{variable} is not set, and no demo runs here ({STACK} is not there).")
        return str(value)


def look_around(stack: Path = STACK) -> Surroundings:
    """Read the environment and, where a demo runs in this directory, its file."""
    try:
        known = json.loads(stack.read_text("utf-8"))
    except FileNotFoundError:
        known = {}
    except (OSError, ValueError) as problem:
        raise Trouble(f"{stack} cannot be read: {problem}") from problem
    return Surroundings(os.environ, known)


@contextmanager
def asking(amqp_url: str) -> Iterator[AskClient]:
    """Someone who can ask every service."""
    asker = AskClient(amqp_url, "hotelmate").start(wait=PATIENCE)
    try:
        yield asker
    finally:
        asker.stop()


@contextmanager
def connected(database_url: str) -> Iterator[sa.Connection]:
    """One transaction on a service's database."""
    engine = sa.create_engine(with_driver(database_url, "psycopg"), connect_args={"connect_timeout": int(PATIENCE)})
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def reading(database_url: str) -> Iterator[sa.Connection]:
    """A look at a service's database that can change nothing."""
    engine = sa.create_engine(
        with_driver(database_url, "psycopg"),
        isolation_level="AUTOCOMMIT",
        connect_args={
            "connect_timeout": int(PATIENCE),
            "options": f"-c default_transaction_read_only=on -c statement_timeout={LONGEST * 1000}",
        },
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
