"""`python -m gateway` as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from sandbox.stack.orphans import register

ROOT = Path(__file__).resolve().parents[3]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """`python -m gateway`, and how to reach it."""

    def __init__(self, *, amqp_url: str, database_url: str, **settings: str) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        env = {
            **os.environ,
            "AMQP_URL": amqp_url,
            "GATEWAY_DATABASE_URL": database_url,
            "GATEWAY_PORT": str(port),
            "GATEWAY_RATE_LIMITS": "off",
            "GATEWAY_DRAIN_SECONDS": "0.5",
            "HOTELMATE_MODE": "demo",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.process = subprocess.Popen([sys.executable, "-m", "gateway"], env=env, cwd=ROOT, stdout=subprocess.PIPE)
        register(self.process.pid)

    def within(self, seconds: float, happens: Callable[[], str]) -> None:
        """Wait until nothing is missing; `happens` says what still is."""
        until, missing = time.monotonic() + seconds, ""
        while time.monotonic() < until:
            try:
                missing = happens()
            except httpx.TransportError as problem:
                assert self.process.poll() is None
                missing = repr(problem)
            if not missing:
                return
            time.sleep(0.05)
        raise AssertionError(f"not in time: {missing}")

    def unready(self) -> str:
        answer = httpx.get(f"{self.url}/readyz/", timeout=10)
        return "" if answer.status_code == 200 else answer.text

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
