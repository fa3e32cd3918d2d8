"""The operators' own checks, as commands: doctor, reconcile, ghosts, outbox, dead letters."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from contracts.catalogue import OWNERS
from sandbox.chaos.judge.violation import ChaosViolation

ROOT = Path(__file__).resolve().parents[3]
MENDED = re.compile(r"\bmended \d")
WAITING = re.compile(r"^\W*(\w+)\W+([1-9]\d*)\b")


class OperatorChecks:
    """Runs `hotelmate` against a system. `stack` is its `stack.json`."""

    def __init__(self, stack: Mapping[str, Any]) -> None:
        databases = {f"{name.upper()}_DATABASE_URL": url for name, url in stack["databases"].items()}
        environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEYS"))},
            **databases,
            "HOTELMATE_MODE": "demo",
            "AMQP_URL": stack["amqp"],
            "MESSAGE_KEYS": stack["message_keys"],
            "SANDBOX_STRIPE_URL": stack["stripe"]["url"],
            "INBOX_PARTITIONS": str(stack.get("inbox_partitions", 1)),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "250",
        }

        argv = [sys.executable, "-m", "sandbox.chaos.judge.operator_program"]
        self._start = partial(
            subprocess.Popen, argv, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._program: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command's exit code and output. Raises `RuntimeError` where the program has ended."""
        self._program = program = self._program or self._start()
        assert program.stdin
        assert program.stdout
        program.stdin.write(json.dumps(arguments) + "\n")
        program.stdin.flush()
        line = program.stdout.readline()
        if not line:
            raise RuntimeError(f"hotelmate {' '.join(arguments)} has ended with {program.wait()}")
        code, output, errors = json.loads(line)
        return int(code), str(output) + (str(errors) if code else "")

    def close(self) -> None:
        """End the program, if a command was run."""
        if self._program:
            assert self._program.stdin
            self._program.stdin.close()
            self._program.wait()

    def check(self) -> Iterator[ChaosViolation]:
        """What must be clean whenever the system is at rest: the invariants and the outboxes."""
        yield from doctor_problems(*self.run("doctor", "--json"))
        yield from outbox_problems(*self.run("outbox"))

    def check_all(self) -> Iterator[ChaosViolation]:
        """The same, and what takes longer or compares with the provider: at the end."""
        yield from self.check()
        yield from exit_code_problems("reconcile", *self.run("reconcile", "--since", "all"))
        yield from ghost_problems(*self.run("ghosts"))
        for service in OWNERS:
            yield from dead_letter_problems(service, *self.run("dlq", "list", service))


def doctor_problems(code: int, output: str) -> Iterator[ChaosViolation]:
    try:
        report = json.loads(output)
    except ValueError:
        yield _of("hotelmate doctor", f"exit code {code}: {output[-500:]}")
        return
    for invariant in report["invariants"]:
        if invariant["verdict"] != "holds":
            about = "; ".join(f"{each['subject']}: {each['what']}" for each in invariant["findings"][:5])
            yield _of(f"hotelmate doctor {invariant['name']}", f"{invariant['verdict']}: {invariant['says']}: {about}")


def outbox_problems(code: int, output: str) -> Iterator[ChaosViolation]:
    waiting = [match for line in output.splitlines() if (match := WAITING.match(line)) and match[1] in OWNERS]
    if code or waiting:
        yield _of("hotelmate outbox", f"exit code {code}: " + ", ".join(f"{match[1]} {match[2]}" for match in waiting))


def exit_code_problems(name: str, code: int, output: str) -> Iterator[ChaosViolation]:
    if code:
        yield _of(f"hotelmate {name}", f"exit code {code}: {output[-1_000:]}")


def ghost_problems(code: int, output: str) -> Iterator[ChaosViolation]:
    """A ghost that was mended is none."""
    open_ghosts = [line for line in output.splitlines() if "BK-" in line and not MENDED.search(line)]
    if code or open_ghosts:
        yield _of("hotelmate ghosts", f"exit code {code}: " + "; ".join(open_ghosts[:5]))


def dead_letter_problems(service: str, code: int, output: str) -> Iterator[ChaosViolation]:
    if code or f"Nothing is parked for {service}." not in output:
        yield _of(f"hotelmate dlq list {service}", f"exit code {code}: {output[-1_000:]}")


def _of(check: str, what: str) -> ChaosViolation:
    return ChaosViolation(check, "the system", what, time.monotonic())
