"""The plan of the bare program, as it is passed to its process: databases, statements and messages by operation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from contracts.catalogue import SUBSCRIPTIONS
from tests.bench.cost.bare_model import BareModel
from tests.bench.cost.bare_statement import BareStatement, Parameter, statement_of
from tests.bench.cost.stays import APPROVE, ASSIGN, CHANGE, CHECK_IN, CHECK_OUT, CREATE, PAY, SESSION

# How many asks, each with a reply, an operation takes at least: from the gateway to the first service, and from there
# to the service that owns the rest. Each notice of the payment provider is an ask more.
ASKS = {CREATE: 2, SESSION: 2, PAY: 0, APPROVE: 1, CHANGE: 3, ASSIGN: 2, CHECK_IN: 2, CHECK_OUT: 2}


@dataclass(frozen=True)
class BareOperation:
    """The statement by database, the events by owner with the bytes of each, and the number of asks."""

    statements: Mapping[str, BareStatement]
    events: Mapping[str, Sequence[str]]
    asks: int


@dataclass(frozen=True)
class BarePlan:
    """What the bare program does in each operation. `databases` and `amqp_url` are its own."""

    databases: Mapping[str, str]
    amqp_url: str
    operations: Mapping[str, BareOperation]
    consumers: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, model: BareModel, *, databases: Mapping[str, str], amqp_url: str) -> Self:
        """The plan from the model."""
        operations = {
            name: BareOperation(
                {
                    database: statement_of(rows, model.shapes[database])
                    for database, rows in by_database.items()
                    if rows
                },
                {
                    database: [json.dumps(dict(row.values)) for row in rows if row.table == "outbox" and not row.before]
                    for database, rows in by_database.items()
                },
                ASKS[name] + sum(row.table == "webhook" and not row.before for row in by_database.get("payments", [])),
            )
            for name, by_database in model.operations.items()
        }
        consumers = {
            owner: [service for service, owners in SUBSCRIPTIONS.items() if owner in owners] for owner in SUBSCRIPTIONS
        }
        return cls(databases, amqp_url, operations, consumers)

    def net_rows(self, operation: str) -> dict[tuple[str, str], int]:
        """How many rows the operation inserts less those it deletes, by database and table."""
        statements = self.operations[operation].statements
        return {(name, table): net for name, each in statements.items() for table, net in each.net_rows.items()}

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The plan from the line."""
        document: dict[str, Any] = json.loads(line)
        operations = {
            name: BareOperation(
                {database: _statement(each) for database, each in operation["statements"].items()},
                operation["events"],
                operation["asks"],
            )
            for name, operation in document["operations"].items()
        }
        return cls(document["databases"], document["amqp_url"], operations, document["consumers"])


def _statement(document: dict[str, Any]) -> BareStatement:
    parameters = [Parameter(**each) for each in document["parameters"]]
    return BareStatement(document["text"], parameters, document["net_rows"])
