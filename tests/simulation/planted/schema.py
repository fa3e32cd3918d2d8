"""Drops constraints of the services' databases for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.simulation.databases import SimulatedDatabase
from tests.simulation.planted.fault import DroppedConstraint

_DEFINITION = """
    SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE conrelid = %(table)s::regclass AND conname = %(name)s
"""


@contextmanager
def without(constraints: Sequence[DroppedConstraint], databases: Mapping[str, SimulatedDatabase]) -> Iterator[None]:
    """Drop the constraints in the `with` block. At its end, the data are reset and the constraints hold again."""
    definitions = [(each, _definition(each, databases[each.service])) for each in constraints]
    for each in constraints:
        databases[each.service].sql(f"ALTER TABLE {each.table} DROP CONSTRAINT {each.name}")
    try:
        yield
    finally:
        for each, definition in definitions:
            databases[each.service].reset()
            databases[each.service].sql(f"ALTER TABLE {each.table} ADD CONSTRAINT {each.name} {definition}")


def _definition(constraint: DroppedConstraint, database: SimulatedDatabase) -> str:
    [row] = database.sql(_DEFINITION, table=constraint.table, name=constraint.name)
    return str(row["definition"])
