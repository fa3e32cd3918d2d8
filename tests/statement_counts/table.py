"""The committed table of counts: `counts.json`, one object for each operation, with one for each service."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.catalogue import OWNERS
from tests.statement_counts.recorder import Recording

TABLE = Path(__file__).with_name("counts.json")
UNITS = ("statements", "transactions", "durable", "rollbacks", "round trips")
TOTAL = "total"

Counts = Mapping[str, int]
Table = Mapping[str, Mapping[str, Counts]]


def counts_of(recording: Recording, service: str) -> dict[str, int]:
    """The counts of one service; `durable` are the transactions whose commit waited for the disk.

    The round trips are the statements, and two for each BEGIN with its end.
    """
    transactions = [each for each in recording.transactions if each.service == service]
    committed = [each for each in transactions if each.outcome == "commit"]
    statements = sum(each.times for each in recording.statements if each.service == service)
    return {
        "statements": statements,
        "transactions": len(committed),
        "durable": sum(each.durable for each in committed),
        "rollbacks": len(transactions) - len(committed),
        "round trips": statements + 2 * sum(not each.is_alone for each in transactions),
    }


def table_of(recordings: Mapping[str, Recording]) -> Table:
    """The counts by operation and service, without services that did nothing."""
    counts = {
        operation: {service: counts_of(recording, service) for service in OWNERS}
        for operation, recording in recordings.items()
    }
    return {
        operation: {service: each for service, each in services.items() if any(each.values())}
        for operation, services in counts.items()
    }


def total(services: Mapping[str, Counts]) -> Counts:
    """The sums over all services."""
    return {unit: sum(counts[unit] for counts in services.values()) for unit in UNITS}


def read_table() -> Table:
    """The committed table."""
    table: Table = json.loads(TABLE.read_text("utf-8"))
    return table


def save_table(table: Table) -> None:
    """Write the table to its file, one line for each service of an operation."""
    operations = []
    for operation, services in table.items():
        lines = [f"    {json.dumps(service)}: {json.dumps(counts)}" for service, counts in services.items()]
        operations.append(f"  {json.dumps(operation)}: {{\n" + ",\n".join(lines) + "\n  }")
    TABLE.write_text("{\n" + ",\n".join(operations) + "\n}\n", "utf-8")


def differences(committed: Table, counted: Table) -> Iterator[str]:
    """One sentence for each count that differs from the committed one."""
    none = dict.fromkeys(UNITS, 0)
    for operation in dict.fromkeys((*committed, *counted)):
        before, now = committed.get(operation, {}), counted.get(operation, {})
        for service in dict.fromkeys((*before, *now)):
            for unit in UNITS:
                old, new = before.get(service, none)[unit], now.get(service, none)[unit]
                if new > old:
                    yield f"{operation}: {service} has {new} {unit}, {new - old} more than the table's {old}"
                elif new < old:
                    yield f"{operation}: {service} has {new} {unit}; lower the table's {old}"


def lines_of(table: Table, before: Table) -> Iterator[str]:
    """The table as text: `round trips/transactions (durable)` for each service; totals that differ from `before`."""
    yield f"{'operation':<17}" + "".join(f"{name:>14}" for name in (*OWNERS, TOTAL))
    for operation, services in table.items():
        sums, old = total(services), total(before.get(operation, {}))
        cells = [*(_cell(services.get(service)) for service in OWNERS), _cell(sums)]
        rolled_back = f"   {sums['rollbacks']} rolled back" if sums["rollbacks"] else ""
        change = f"   was {_cell(old)}" if old != sums else ""
        yield f"{operation:<17}" + "".join(f"{cell:>14}" for cell in cells) + rolled_back + change


def _cell(counts: Counts | None) -> str:
    return f"{counts['round trips']}/{counts['transactions']} ({counts['durable']})" if counts else "-"
