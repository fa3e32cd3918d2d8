"""What each operation of one booking left in the databases, recorded on the real system, for the bare program."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from sandbox.stack.postgres import PostgresNode
from tests.bench.cost.table_rows import Picture, RowChange, TableShape, changes, picture_of, shapes_of
from tests.bench.cost.work_counters import database_url


@dataclass
class BareModel:
    """The changes of each operation by database, and the rows that an operation changed and none inserted.

    The latter are shared by bookings, such as the counters of nights, or there before, such as the room; the bare
    program has its own of each for every booking, so that its clients never wait for each other's locks.
    """

    shapes: Mapping[str, Mapping[str, TableShape]]
    operations: dict[str, dict[str, list[RowChange]]] = field(default_factory=dict)

    def add(self, operation: str, database: str, rows: list[RowChange]) -> None:
        """The changes that the operation makes in the database."""
        self.operations.setdefault(operation, {})[database] = rows

    def needed(self, database: str) -> Iterator[RowChange]:
        """The rows that must be there before the first operation, as insertions."""
        inserted: set[tuple[str, str]] = set()
        for by_database in self.operations.values():
            for row in by_database.get(database, []):
                if row.before is None:
                    inserted.add(self._name_of(database, row))
                elif (name := self._name_of(database, row)) not in inserted:
                    inserted.add(name)
                    yield RowChange(row.table, None, row.before)

    def _name_of(self, database: str, row: RowChange) -> tuple[str, str]:
        values = row.before or row.after or {}
        return row.table, str([values[name] for name in self.shapes[database][row.table].key])


class ModelRecorder:
    """Compares pictures of the databases before and after each operation. Nothing else may go on meanwhile."""

    def __init__(self, connections: Mapping[str, psycopg.Connection[tuple[str, ...]]]) -> None:
        self._connections = connections
        self.model = BareModel({name: shapes_of(connection) for name, connection in connections.items()})
        self._before = self._pictures()

    def record(self, operation: str, perform: Callable[[], object]) -> None:
        """Perform the operation, to its end, and add what it left to the model.

        Raises AssertionError where it left nothing.
        """
        perform()
        after = self._pictures()
        for name, picture in after.items():
            self.model.add(operation, name, list(changes(self._before[name], picture)))
        if not any(self.model.operations[operation].values()):
            raise AssertionError(f"{operation} left nothing in any database")
        self._before = after

    def _pictures(self) -> dict[str, Picture]:
        shapes = self.model.shapes
        return {name: picture_of(connection, shapes[name]) for name, connection in self._connections.items()}


@contextmanager
def model_recorder(postgres: PostgresNode, databases: tuple[str, ...]) -> Iterator[ModelRecorder]:
    """A recorder with connections of its own."""
    connections = {name: psycopg.connect(database_url(postgres, name), autocommit=True) for name in databases}
    try:
        yield ModelRecorder(connections)
    finally:
        for connection in connections.values():
            connection.close()
