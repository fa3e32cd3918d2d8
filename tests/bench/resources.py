"""What the idle system holds: memory of its own processes, and connections to PostgreSQL."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from rich.console import Console

from sandbox.stack.postgres import PostgresNode
from sandbox.stack.process_table import descendants
from tests.bench.bench_stack import bench_stack
from tests.bench.cost.cpu import POSTGRESQL, RABBITMQ, roots_of
from tests.bench.cost.measured_stack import MeasuredStack
from tests.bench.levels import Level

IDLE_AFTER = 30.0  # seconds
MOST_MEBIBYTES, MOST_CONNECTIONS = 320, 60
_CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename <> current_user
"""


def resources(console: Console) -> Iterator[Level]:
    """The levels of a system that has started half a minute ago. Memory that processes share counts once."""
    with bench_stack(MeasuredStack) as stack:
        assert isinstance(stack.postgres, PostgresNode)
        console.print("waiting until the system is idle …")
        time.sleep(IDLE_AFTER)
        own = [pid for group, pids in roots_of(stack).items() if group not in {RABBITMQ, POSTGRESQL} for pid in pids]
        yield Level("resources: memory of own processes, idle", mebibytes(own), "MiB", MOST_MEBIBYTES)
        with psycopg.connect(stack.postgres.admin_url) as server:
            row = server.execute(_CONNECTIONS).fetchone()
        yield Level("resources: PostgreSQL connections, idle", float(row[0]) if row else 0, "", MOST_CONNECTIONS)


def mebibytes(pids: Iterable[int]) -> float:
    """The proportional set size of the processes and their descendants: a shared page counts in equal parts."""
    family = [each for pid in pids for each in (pid, *descendants(pid))]
    return sum(_kilobytes(Path(f"/proc/{pid}/smaps_rollup").read_text()) for pid in family) / 1024


def _kilobytes(rollup: str) -> int:
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
