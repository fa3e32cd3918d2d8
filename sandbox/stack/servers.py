"""The broker and the database of a stack: servers of its own, or those that the environment names."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.stack.commands import BROKER_USERS, DATABASES, Argv
from sandbox.stack.databases import DatabaseUrls
from sandbox.stack.external_postgres import ExternalPostgres
from sandbox.stack.external_rabbit import ExternalRabbit
from sandbox.stack.ports import Ports
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.stack_config import StackConfig

Broker = RabbitNode | RabbitCluster | ExternalRabbit
Database = PostgresNode | ExternalPostgres


def choose_postgres(
    directory: Path, config: StackConfig, log_of: Callable[[str], Path], *, say: Callable[[str], None]
) -> Database:
    """The server of DATABASE_URL; without that variable, a private one below the stack's directory."""
    if given := os.environ.get("DATABASE_URL"):
        return ExternalPostgres(given, prefix=config.database_prefix)
    port, log = config.ports["POSTGRES_PORT"], log_of("postgres")
    return PostgresNode(directory / "postgres", port=port, log=log, say=say)


def choose_rabbit(
    directory: Path,
    config: StackConfig,
    ports: Ports,
    log_of: Callable[[str], Path],
    *,
    say: Callable[[str], None],
    nodes: int,
    cluster: Callable[..., RabbitCluster],
    definitions: Argv,
) -> Broker:
    """The broker of AMQP_URL; without that variable, a private one below the stack's directory.

    With several `nodes`, `cluster` makes it. `definitions` is the command that prints the broker's definitions.
    Raises RuntimeError where AMQP_URL and several nodes are given.
    """
    if given := os.environ.get("AMQP_URL"):
        if nodes > 1:
            raise RuntimeError("AMQP_URL names the broker with all its nodes. Leave out --nodes, or unset AMQP_URL.")
        return ExternalRabbit(given, management_url=os.environ.get("AMQP_MANAGEMENT_URL"))
    console = int(os.environ.get("AMQP_CONSOLE_PORT") or 0)
    console_port = ports.choose("RabbitMQ console", console) if console else None
    port = config.ports["AMQP_PORT"]
    if nodes > 1:
        return cluster(
            directory / "cluster", size=nodes, port=port, console_port=console_port, definitions=definitions,
            users=BROKER_USERS, log=log_of, say=say,
        )  # fmt: skip
    return RabbitNode(
        directory / "rabbit", port=port, console_port=console_port, definitions=definitions, users=BROKER_USERS,
        log=log_of("rabbit"), say=say,
    )  # fmt: skip


def prepare_databases(database: Database, stand_ins: Path) -> dict[str, DatabaseUrls]:
    """Start the server and create the databases; returns their URLs.

    `stand_ins` is removed where the databases are new: it has payments and mails of databases that are gone.
    """
    database.start()
    if not database.has_database("payments"):
        shutil.rmtree(stand_ins, ignore_errors=True)
    return {name: database.create_database(name) for name in DATABASES}


def private_directories(*nodes: Broker | Database) -> list[Path]:
    """The directories of those servers that are the stack's own."""
    return [each.directory for each in nodes if not isinstance(each, ExternalRabbit | ExternalPostgres)]


def restart_crashed(broker: Broker, database: Database, say: Callable[[str], None]) -> None:
    """Start a private server again that has ended by itself."""
    for name, node in (("RabbitMQ", broker), ("PostgreSQL", database)):
        if isinstance(node, RabbitNode | RabbitCluster | PostgresNode) and not node.alive():
            say(f"{name} ended by itself; starting it again")
            with suppress(RuntimeError, OSError):
                node.start()
