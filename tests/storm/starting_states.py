"""Starting states shared by many runs: created once, then restored from copies of their rows."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.storm.payment_environment import DATA_TABLES, PaymentEnvironment

VALID_SECONDS = 60.0  # deadlines in a saved state go on


@dataclass(frozen=True)
class SavedState:
    """A saved state: statements that restore the rows, the provider's snapshot, webhooks and result."""

    statements: dict[str, str]
    stripe: Any
    delivered: list[str]
    answered: set[str]
    lived: Any
    made_at: float = field(default_factory=time.monotonic)


class StartingStates:
    """The starting states of one environment."""

    def __init__(self, environment: PaymentEnvironment) -> None:
        self.environment = environment
        self._copies: dict[Any, SavedState] = {}

    def load(self, name: Any, live: Callable[[], Any]) -> Any:
        """Restore the named state, created by `live` at its first use. Returns the result of `live`."""
        environment, saved = self.environment, self._copies.get(name)
        environment.reset()
        if saved is None or time.monotonic() - saved.made_at > VALID_SECONDS:
            saved = self._copies[name] = self._copied(live())
        else:
            for service, statements in saved.statements.items():
                with environment.connections[service].cursor() as cursor:
                    cursor.execute(statements)
            environment.stripe.restore(saved.stripe)
        environment.delivered, environment.answered = list(saved.delivered), set(saved.answered)
        return copy.deepcopy(saved.lived)

    def _copied(self, lived: Any) -> SavedState:
        environment = self.environment
        name = uuid4().hex[:12]
        return SavedState(
            statements={service: self._rows(service, name) for service in DATA_TABLES},
            stripe=environment.stripe.snapshot(),
            delivered=list(environment.delivered),
            answered=set(environment.answered),
            lived=copy.deepcopy(lived),
        )

    def _rows(self, service: str, name: str) -> str:
        """Copy a service's rows. Returns the statements that restore them, in foreign key order."""
        environment = self.environment
        environment.sql(service, "CREATE SCHEMA IF NOT EXISTS kept")
        statements = []
        for table in reversed(environment.tables(service, DATA_TABLES[service])):
            if environment.sql(service, f"SELECT FROM {table} LIMIT 1"):
                environment.sql(service, f"CREATE TABLE kept.{table}_{name} AS TABLE {table}")
                statements.append(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept.{table}_{name}")
        return "; ".join(statements)
