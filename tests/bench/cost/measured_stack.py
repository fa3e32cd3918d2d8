"""The whole system in production mode, on a PostgreSQL server that counts every SQL command."""

from pathlib import Path
from typing import Any

from sandbox.stack.postgres import SETTINGS, PostgresNode
from sandbox.stack.stack import Stack

COUNTING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "10000"}


class MeasuredStack(Stack):
    """A stack whose private PostgreSQL server counts SQL commands."""

    def __init__(self, directory: Path, **more: Any) -> None:
        super().__init__(directory, **more)
        if not isinstance(self.postgres, PostgresNode):
            raise RuntimeError("The cost needs a private broker and database: unset AMQP_URL and DATABASE_URL.")
        self.postgres = PostgresNode(
            self.postgres.directory, port=self.postgres.port, log=self.postgres.log, settings={**SETTINGS, **COUNTING},
            say=self.say,
        )  # fmt: skip
