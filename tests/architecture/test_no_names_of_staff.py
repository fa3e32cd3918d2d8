"""No event and no stored job has a field for the name of a person: an actor has an id alone."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from contracts.catalogue import OWNERS, events
from contracts.values import Actor, Caller, HotelCard

# Of things, not of persons.
THINGS = {"room_type_name", "previous_room_type_name"}
PERSONS = (Caller, HotelCard)


def test_an_actor_has_a_kind_and_an_id_alone() -> None:
    assert {field.name for field in fields(Actor)} == {"kind", "id"}


@pytest.mark.parametrize("event", events().values(), ids=lambda event: event.wire_name)
def test_no_event_has_a_field_for_a_persons_name(event: type[Any]) -> None:
    assert list(named_persons(event)) == []


@pytest.mark.parametrize("owner", OWNERS)
def test_no_stored_job_has_a_field_for_a_persons_name(owner: str) -> None:
    for job in importlib.import_module(f"services.{owner}.service").SERVICE.jobs:
        assert list(named_persons(job.payload)) == []


@dataclass(frozen=True)
class ByName:
    """An actor with a name."""

    id: str
    name: str


@dataclass(frozen=True)
class Planted:
    """An event with every form of a name."""

    staff_name: str
    approved_by: ByName | None
    others: tuple[ByName, ...]
    caller: Caller
    approved_by_id: str
    assigned_to: str
    by: Actor


def test_a_planted_name_is_noticed() -> None:
    assert set(named_persons(Planted)) == {"staff_name", "approved_by.name", "others.name", "caller", "assigned_to"}


def named_persons(kind: type[Any]) -> Iterator[str]:
    """The paths of the fields of a class, and of its parts, that can hold a person's name."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        parts = list(parts_of(hints[field.name]))
        names_person = field.name.endswith(("name", "_by", "_to", "user", "person", "assignee")) or field.name == "by"
        if any(part in PERSONS for part in parts) or (names_person and str in parts and field.name not in THINGS):
            yield field.name
        else:
            classes = [part for part in parts if isinstance(part, type) and is_dataclass(part)]
            yield from (f"{field.name}.{path}" for part in classes for path in named_persons(part))


def parts_of(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from parts_of(part)
