"""Dataclasses made from other dataclasses and from rows: a field that gets no value is an error."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

from contracts.rooms.events import MaintenancePriority
from services.rooms.domain.mapping import mapped
from services.rooms.store.base import typed_row


@dataclass(frozen=True, kw_only=True)
class Repair:
    room_number: str
    note: str = ""
    priority: MaintenancePriority | None = None


def row(**columns: Any) -> Any:
    """A row as a query returns it."""
    return IteratorResult(SimpleResultMetaData(list(columns)), iter([tuple(columns.values())])).one()


def test_a_field_comes_from_the_values_then_from_the_last_source_that_has_it() -> None:
    first = SimpleNamespace(room_number="101", note="first", unrelated=1)
    last = SimpleNamespace(note="last", priority=MaintenancePriority.LOW)

    assert mapped(Repair, first, last) == Repair(room_number="101", note="last", priority=MaintenancePriority.LOW)
    assert mapped(Repair, first, last, note="own", priority=None) == Repair(room_number="101", note="own")


def test_a_row_gives_each_column_the_type_of_its_field() -> None:
    columns = row(room_number="101", note="tap", priority="HIGH")

    assert typed_row(Repair, columns) == Repair(room_number="101", note="tap", priority=MaintenancePriority.HIGH)
    assert typed_row(Repair, columns, priority=None).priority is None


@pytest.mark.parametrize(("make", "source"), [(mapped, SimpleNamespace), (typed_row, row)])
def test_a_renamed_field_is_an_error_even_where_the_field_has_a_default(
    make: Callable[..., Repair], source: Callable[..., Any]
) -> None:
    with pytest.raises(TypeError, match="priority"):
        make(Repair, source(room_number="101", note="tap", urgency="HIGH"))
    with pytest.raises(TypeError, match="urgency"):
        make(Repair, source(room_number="101", note="tap", priority="HIGH"), urgency="HIGH")
