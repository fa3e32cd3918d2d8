"""The addresses of the running system, from the environment or else from the file of a running demo in `.run`."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chassis.messaging.ask_client import AskClient
from chassis.settings import MODE, environment_faults
from contracts.catalogue import OWNERS
from hotelmate.errors import CommandError

STACK = Path(".run/stack.json")
USER = "operator"  # of the broker
CONNECT_WITHIN = 10.0  # seconds


class Operator(Protocol):
    """The operator's access to the broker, and the keys with which the operator's asks are signed."""

    @property
    def amqp_url(self) -> str: ...

    @property
    def message_keys(self) -> str: ...


@dataclass(frozen=True)
class Config:
    """The addresses. The environment takes precedence over the demo's file."""

    environment: Mapping[str, str]
    stack: Mapping[str, Any]

    @property
    def amqp_url(self) -> str:
        """The URL of the broker."""
        return self._value("AMQP_URL", self.stack.get("amqp"))

    @property
    def message_keys(self) -> str:
        """The keys with which the operator's asks are signed; only a demo may have none."""
        if self.environment.get(MODE) == "demo" or self.stack:
            return str(self.environment.get("MESSAGE_KEYS") or self.stack.get("message_keys", ""))
        return self._value("MESSAGE_KEYS", None)

    @property
    def inbox_partitions(self) -> int:
        """The number of partitions of each service's inbox."""
        return int(self.environment.get("INBOX_PARTITIONS") or 1)

    @property
    def stripe_url(self) -> str:
        """The URL of the Stripe stand-in, which only a demo has."""
        return self._value("SANDBOX_STRIPE_URL", self.stack.get("stripe", {}).get("url")).rstrip("/")

    def database_url(self, name: str) -> str:
        """The URL of a service's database, or of the gateway's."""
        return self._value(f"{name.upper()}_DATABASE_URL", self.stack.get("databases", {}).get(name))

    def _value(self, variable: str, from_stack: Any) -> str:
        value = self.environment.get(variable) or from_stack
        if not value:
            raise CommandError(f"{variable} is not set, and no demo runs here ({STACK} is not there).")
        return str(value)


def load_config(stack: Path = STACK) -> Config:
    """Read the environment and, where a demo runs in this directory, the demo's file.

    Raises `CommandError` where production refuses the environment's addresses; a demo in this directory is none.
    """
    try:
        content = json.loads(stack.read_text("utf-8"))
    except FileNotFoundError:
        content = {}
    except (OSError, ValueError) as problem:
        raise CommandError(f"{stack} cannot be read: {problem}") from problem
    addresses = ["AMQP_URL", "MESSAGE_KEYS", *(f"{name.upper()}_DATABASE_URL" for name in (*OWNERS, "gateway"))]
    mode = os.environ.get(MODE) or ("demo" if content else None)
    if sentences := environment_faults(filter(os.environ.get, addresses), mode=mode):
        raise CommandError("The settings are refused:", details=sentences)
    return Config(os.environ, content)


@contextmanager
def ask_client(operator: Operator) -> Iterator[AskClient]:
    """A connected client that can ask every service."""
    client = AskClient(operator.amqp_url, USER, operator.message_keys).start(wait=CONNECT_WITHIN)
    try:
        yield client
    finally:
        client.stop()
