"""The stack with small programs instead of the real ones, and how to start one from the command line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sandbox.stack.commands import Commands
from sandbox.stack.orphans import register
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.process_table import running_pid
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.stack import Stack
from sandbox.stack.stack_config import DEFAULT_PORTS, ROOT
from tests.sandbox.soon import soon

FAKE = (sys.executable, "-m", "tests.sandbox.fake_system")
SYSTEM = Commands(
    stand_ins={
        "stripe": (*FAKE, "listen", "{stripe_port}"),
        "pusher": (*FAKE, "listen", "{pusher_port}"),
        "mailbox": (*FAKE, "listen", "{mailbox_port}"),
    },
    definitions=(),
    migrate=(*FAKE, "migrate"),
    migrate_broker=(),
    service=(*FAKE, "service", "{service}"),
    queues=(),
    relay=(*FAKE, "service", "relay"),
    gateway=(*FAKE, "gateway"),
    seed=(*FAKE, "seed"),
    walk=(*FAKE, "walk", "{stack_json}"),
)
UP = (
    "import sys; from sandbox.stack.__main__ import main; from tests.sandbox.small_system import SYSTEM;"
    "sys.exit(main(commands=SYSTEM))"
)


@dataclass(frozen=True)
class Servers:
    """A database server and a broker that run already."""

    postgres: PostgresNode
    rabbit: RabbitNode


@contextmanager
def given(servers: Servers | Stack) -> Iterator[dict[str, str]]:
    """Use these servers: only the rest of a stack is started."""
    env = {"DATABASE_URL": servers.postgres.admin_url, "AMQP_URL": servers.rabbit.amqp_url}
    before = {name: os.environ.get(name) for name in env}
    os.environ.update(env)
    try:
        yield os.environ | dict.fromkeys(DEFAULT_PORTS, "0")
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def stack_command(run: Path, *words: str) -> list[str]:
    """The command line of the stack in this run directory."""
    return [sys.executable, "-c", UP, "--directory", str(run), *words]


@contextmanager
def running_up(
    run: Path, env: dict[str, str], *, stdout: int | IO[str] = subprocess.PIPE, stderr: Path | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """`up`, ready; killed at the end of the block where it still runs. Its errors are in `<run>/stderr` or `stderr`."""
    stderr = stderr or run / "stderr"
    with stderr.open("w", encoding="utf-8") as errors:
        up = subprocess.Popen(stack_command(run, "up"), env=env, cwd=ROOT, stdout=stdout, stderr=errors, text=True)
    register(up.pid)
    try:
        if stdout == subprocess.PIPE:
            assert up.stdout
            lines = []
            for line in up.stdout:
                lines.append(line)
                if "Ctrl-C ends" in line:
                    break
            assert "Ctrl-C ends" in "".join(lines), stderr.read_text()
        else:
            soon(lambda: '"hotels": [\n' in _text(run / "stack.json"), seconds=30)
        yield up
    finally:
        if up.poll() is None:
            up.kill()
        up.wait()
        if up.stdout:
            up.stdout.close()


def started(run: Path) -> list[int]:
    """The pids of the programs of the stack in this run directory."""
    return [pid for note in (run / "pids").iterdir() if (pid := running_pid(note))]


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
