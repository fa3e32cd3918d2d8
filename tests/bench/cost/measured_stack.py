"""The whole system in production mode, on a PostgreSQL server that counts every SQL command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.stack.postgres import SETTINGS, PostgresNode
from sandbox.stack.stack import Stack

ENVIRONMENT: Mapping[str, str] = {
    "HOTELMATE_MODE": "production",
    "LOG_LEVEL": "WARNING",
    "LOG_FORMAT": "json",
    "GATEWAY_METRICS_TOKEN": "f2b71cf08a4e5d63",
    "NOTIFIER_PUBLIC_URL": "https://bench.example",
    "PAYMENTS_RETURN_ORIGINS": "https://bench.example",
}
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


@contextmanager
def measured_stack() -> Iterator[MeasuredStack]:
    """A running system in a directory of its own, removed at the end."""
    with (
        TemporaryDirectory(prefix="hotelmate-bench-") as directory,
        MeasuredStack.start(Path(directory) / "run", env=ENVIRONMENT) as stack,
    ):
        yield stack
