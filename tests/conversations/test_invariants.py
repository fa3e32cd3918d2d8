"""I1, I2, I12 and I13 hold over a front desk's day, and each finds what is planted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.bookings import CancelBooking
from contracts.rooms import MoveOut
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.conftest import HOTEL, STAFF, Scene, a_scene
from tests.conversations.front_desk import (
    assigned,
    checked_out,
    confirmed,
    dying,
    living_in,
    moved,
    walked_in,
)
from tests.fakes.operators import open_services

MINE = ("I1", "I2", "I12", "I13")


@contextmanager
def examination(scene: Scene, **bounds: Any) -> Iterator[tuple[ExaminationContext, Mapping[str, sa.Connection]]]:
    """The context in which invariants are judged, and the connections; what is written to them is rolled back."""
    with open_services(scene.town) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), **bounds)
        yield context, services.connections


def broken(scene: Scene) -> set[str]:
    with examination(scene) as (context, _):
        return {violation.invariant for violation in examine(context, only=MINE)}


def a_day(scene: Scene) -> str:
    """Somebody lives in 101, somebody comes to 102, somebody has left, moved, walked in, called off."""
    mine = living_in(scene, "101")
    assigned(scene, confirmed(scene).id, "102")
    checked_out(scene, living_in(scene, "105", room_type="DBL"))
    moved(scene, living_in(scene, "106", room_type="DBL"), "201")
    walked_in(scene, "103")
    called_off = confirmed(scene, room_type="DBL").id
    scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=called_off, reason="ill"), STAFF)
    scene.book(room_type="DBL")
    scene.settle()
    return mine


def test_an_ordinary_day_breaks_no_invariant(scene: Scene) -> None:
    a_day(scene)

    with examination(scene) as (context, _):
        assert examine(context, only=MINE) == []


ROOMS, BOOKINGS = "rooms", "bookings"
FAULTS = {
    "two in one room": (
        ROOMS,
        """
        ALTER TABLE period DROP CONSTRAINT period_no_room_twice;
        INSERT INTO period (room_id, kind, nights, booking_id, began_at)
        SELECT room_id, 'STAY', nights, 'BK-2020-OTHER', now() FROM period
        WHERE live AND moved_in_at IS NOT NULL LIMIT 1
        """,
        {"I1"},
    ),
    "more sold than there is": (
        ROOMS,
        "ALTER TABLE night DROP CONSTRAINT night_no_oversell; UPDATE night SET sold = sold + 100 WHERE sold > 0",
        {"I2"},
    ),
    "a night not counted": (ROOMS, "UPDATE night SET sold = sold - 1 WHERE sold > 1", {"I2"}),
    "nights sold that are not there": (ROOMS, "DELETE FROM night WHERE sold > 0", {"I2"}),
    "a hold that ended too soon": (
        ROOMS,
        "UPDATE hold SET ended_at = now() WHERE booking_id = (SELECT min(occupied_by) FROM room)",
        {"I2"},
    ),
    "a hold of a booking that ended": (
        BOOKINGS,
        "UPDATE booking SET status = 'EXPIRED', ended_at = now() WHERE status = 'CONFIRMED'",
        {"I2"},
    ),
    "a stay longer than its hold": (
        BOOKINGS,
        "UPDATE booking SET check_out = check_out + 1 WHERE status = 'IN_HOUSE'",
        {"I2"},
    ),
    "a deadline that passed": (
        BOOKINGS,
        "UPDATE booking SET due_at = now() - interval '10 seconds' WHERE status = 'CONFIRMED'",
        {"I12"},
    ),
    "a hold nobody looks at": (
        BOOKINGS,
        "UPDATE hold SET check_at = now() - interval '10 seconds'",
        {"I12"},
    ),
    "a room that nobody lives in": (
        ROOMS,
        "UPDATE room SET status = 'OCCUPIED', occupied_by = 'BK-2020-OTHER' WHERE room_number = '104'",
        {"I13"},
    ),
    "a guest without a room": (
        ROOMS,
        "UPDATE room SET status = 'CHECKOUT_DIRTY', occupied_by = NULL WHERE room_number = '101'",
        {"I13"},
    ),
    "a guest in another room": (
        BOOKINGS,
        "UPDATE booking SET assigned_room_number = '104' WHERE assigned_room_number = '101'",
        {"I13"},
    ),
}


@pytest.fixture(scope="module")
def lived(patterns: dict[str, str], copied_database: Callable[[str], str]) -> Iterator[Scene]:
    """A day that is over."""
    with a_scene(patterns, copied_database) as scene:
        a_day(scene)
        assert broken(scene) == set()
        yield scene


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(lived: Scene, fault: str) -> None:
    service, statement, invariants = FAULTS[fault]

    with examination(lived) as (context, connections):
        connections[service].execute(sa.text(statement))
        violations = examine(context, only=MINE)

    assert {violation.invariant for violation in violations} == invariants


def test_an_action_that_is_not_finished_is_found_and_excuses_its_booking_meanwhile(scene: Scene) -> None:
    mine = a_day(scene)
    with dying(scene, MoveOut, after=True), pytest.raises(Exception, match="died"):
        checked_out(scene, mine)
    assert broken(scene) == set()

    with scene.town.houses["bookings"].engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE booking SET action_due_at = now() - interval '10 seconds' WHERE pending IS NOT NULL")
        )

    assert broken(scene) == {"I12"}


def test_a_hold_without_a_booking_is_found_unless_it_is_about_to_be_checked(scene: Scene) -> None:
    a_day(scene)
    with scene.town.houses["bookings"].engine.begin() as connection:
        references = (
            "SELECT conrelid::regclass AS table, conname FROM pg_constraint WHERE confrelid = 'booking'::regclass"
        )
        for table, name in connection.execute(sa.text(references)).all():
            connection.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(sa.text("DELETE FROM booking WHERE status = 'PENDING_PAYMENT'"))
        connection.execute(sa.text("UPDATE hold SET check_at = now() + interval '1 minute'"))
    assert broken(scene) == set()

    with scene.town.houses["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE hold SET check_at = NULL"))

    assert broken(scene) == {"I2"}
