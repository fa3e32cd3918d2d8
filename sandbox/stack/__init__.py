"""Starts the whole system on one machine, with a private broker and database, and ends it again."""

from sandbox.stack.commands import COMMANDS, Commands
from sandbox.stack.given_postgres import GivenPostgres
from sandbox.stack.given_rabbit import GivenRabbit
from sandbox.stack.places import temporary_run
from sandbox.stack.ports import Ports
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.stack import Stack
from sandbox.stack.supervisor import Supervisor

__all__ = [
    "COMMANDS",
    "Commands",
    "GivenPostgres",
    "GivenRabbit",
    "Ports",
    "PostgresNode",
    "RabbitNode",
    "Stack",
    "Supervisor",
    "temporary_run",
]
