"""The pool of a simulation's workers, and their private PostgreSQL, which does not wait for the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from chassis.transactions.migrate import migrate
from chassis.transactions.roles import roles_of
from contracts.catalogue import OWNERS
from sandbox.stack.databases import Administrator
from sandbox.stack.postgres import SETTINGS, PostgresNode
from tests.fakes.memory import directory_in_memory

LINES = 200  # of a run's trace
VOLATILE_SETTINGS = {
    **SETTINGS,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # it would move rows at times of its own
    "deadlock_timeout": "1ms",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "256MB",
    "jit": "off",
}


class Worker:
    """A worker's process, with databases of its own."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONFAULTHANDLER": "1", "HOTELMATE_MODE": "demo", "TZ": "UTC"},
        )  # fmt: skip
        self._send(config)

    def run(
        self,
        seed: int,
        steps: int,
        tape: Sequence[int] | None = None,
        *,
        lines: int = LINES,
        spared: Collection[str] | None = None,
        plan: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """Run a seed, or replay a tape; returns the `RunResult`, with so many last lines of the trace.

        With `spared`, the run hunts for crash points: deaths are likely at all but these. The deaths of the `plan`,
        each with the fields of a `PlannedDeath`, come in any case.
        """
        hunt = None if spared is None else sorted(spared)
        order = {"seed": seed, "steps": steps, "tape": tape, "lines": lines, "spared": hunt, "plan": list(plan)}
        return self.carry_out(order)

    def carry_out(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """The worker's answer to an order; waits for it. Raises `RuntimeError` where the worker has ended."""
        self._send(order)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker of the simulation has ended: {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the worker."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _send(self, order: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()


class WorkerPool:
    """Workers and their PostgreSQL; a `with` block starts and ends them."""

    def __init__(self, workers: int) -> None:
        self._count = workers
        self._open = ExitStack()
        self.workers: list[Worker] = []

    def __enter__(self) -> Self:
        directory = directory_in_memory() or Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        node = PostgresNode(directory, settings=VOLATILE_SETTINGS)
        self._open.callback(node.erase)
        node.start()
        self._node = node
        templates = {name: node.create_database(f"sim_{name}").owner for name in OWNERS}
        for name, url in templates.items():
            migrate(name, url)
        with psycopg.connect(node.admin_url, autocommit=True) as server:
            for name in OWNERS:
                server.execute(
                    f"ALTER ROLE {roles_of(f'sim_{name}').running} SET search_path = simulation, public, pg_catalog"
                )
        for number in range(self._count):
            worker = Worker({"admin_url": node.admin_url, "urls": self._copies(templates, number)})
            self._open.callback(worker.close)
            self.workers.append(worker)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def _copies(self, templates: dict[str, str], number: int) -> dict[str, dict[str, str]]:
        administrator = Administrator(self._node.admin_url)
        urls = {}
        for name, template in templates.items():
            role = roles_of(f"sim_{name}").running
            database = f"sim_{name}_{number}"
            administrator.copy(template, database)
            running = administrator.url_of(database, role, self._node.password(role))
            admin = urlunsplit(urlsplit(self._node.admin_url)._replace(path=f"/{database}"))
            urls[name] = {"admin": admin, "running": running, "role": role}
        return urls
