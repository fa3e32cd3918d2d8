"""Sends operators' queries to services: over the broker or, in an outage, to a separate process for each service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from chassis import codec
from chassis.messaging.ask_protocol import raise_error
from chassis.refusal import Unavailable
from chassis.service import method_of
from contracts.catalogue import OWNERS
from contracts.message import Query, reply_type
from hotelmate.config import Config, ask_client
from hotelmate.errors import UNREACHABLE, CommandError
from hotelmate.invariants.context import AskService

Reply = TypeVar("Reply")

ROOT = Path(__file__).resolve().parents[1]  # where the services are
DEADLINE = 120.0  # seconds for one query
STOP_WITHIN = 5  # seconds


class ServiceProcesses:
    """Runs `python -m services.<service>.examine`, with the database's URL, for each service that is asked."""

    def __init__(self, config: Config) -> None:
        self._urls = {service: config.database_url(service) for service in OWNERS}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __call__(self, service: str, query: Query[Reply]) -> Reply:
        """Ask the service's process. Raises the service's `Refusal`, or `CommandError` where the process has ended."""
        process = self._process(service)
        stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            stdin.write(codec.encode({"method": method_of(type(query)), "message": query}) + b"\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise _ended(service, process)
        answer = codec.decode(line)
        if answer["error"]:
            raise_error(answer["error"])
        reply: Reply = codec.typed(answer["result"], reply_type(type(query)))
        return reply

    def close(self) -> None:
        """End the processes."""
        for process in self._processes.values():
            try:
                process.communicate(timeout=STOP_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()

    def _process(self, service: str) -> subprocess.Popen[bytes]:
        if service not in self._processes:
            variable = f"{service.upper()}_DATABASE_URL"
            environment = {**os.environ, "PYTHONPATH": str(ROOT), variable: self._urls[service]}
            pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
            command = [sys.executable, "-m", f"services.{service}.examine"]
            self._processes[service] = subprocess.Popen(command, env=environment, **pipes)  # noqa: S603
        return self._processes[service]


def _ended(service: str, process: subprocess.Popen[bytes]) -> CommandError:
    _, stderr = process.communicate()
    reason = stderr.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
    return CommandError(f"The examination of {service} ended: {reason[-1]}", code=UNREACHABLE)


@contextmanager
def service_queries(config: Config, *, direct: bool) -> Iterator[AskService]:
    """Yields a function that asks services: over the broker or, with `direct`, through one process for each service."""
    if direct:
        processes = ServiceProcesses(config)
        try:
            yield processes
        finally:
            processes.close()
        return
    with ask_client(config) as client:

        def ask(service: str, query: Query[Reply]) -> Reply:
            try:
                return client(query, service=service, deadline=DEADLINE)
            except Unavailable as problem:
                hint = "--direct asks the services' databases instead."
                raise CommandError(f"No answer: {problem}.", details=[hint], code=UNREACHABLE) from problem

        yield ask
