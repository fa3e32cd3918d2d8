"""The whole system in production mode, in a directory of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sandbox.stack.stack import Stack

Kind = TypeVar("Kind", bound=Stack)

ENVIRONMENT: Mapping[str, str] = {
    "HOTELMATE_MODE": "production",
    "LOG_LEVEL": "WARNING",
    "LOG_FORMAT": "json",
    "GATEWAY_METRICS_TOKEN": "f2b71cf08a4e5d63",
    "NOTIFIER_PUBLIC_URL": "https://bench.example",
    "PAYMENTS_RETURN_ORIGINS": "https://bench.example",
}


@contextmanager
def bench_stack(kind: type[Kind]) -> Iterator[Kind]:
    """A running system of this kind; its directory is removed at the end."""
    with (
        TemporaryDirectory(prefix="hotelmate-bench-") as directory,
        kind.start(Path(directory) / "run", env=ENVIRONMENT) as stack,
    ):
        yield stack
