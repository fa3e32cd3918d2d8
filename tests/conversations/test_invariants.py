"""I1, I2, I12 and I13 hold over a front desk's day, and each finds what is planted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.bookings.asks import CancelBooking
from contracts.rooms.occupancy import MoveOut
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.actions import assigned, checked_out, confirmed, in_house, moved, process_dies, walked_in
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, new_fixture
from tests.fakes.database_copies import CopyDatabase
from tests.fakes.operators import open_services

MINE = ("I1", "I2", "I12", "I13")


@contextmanager
def examination(
    fixture: PlatformFixture, **bounds: Any
) -> Iterator[tuple[ExaminationContext, Mapping[str, sa.Connection]]]:
    """The context in which invariants are judged, and the connections; what is written to them is rolled back."""
    with open_services(fixture.platform) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), **bounds)
        yield context, services.connections


def broken(fixture: PlatformFixture) -> set[str]:
    with examination(fixture) as (context, _):
        return {violation.invariant for violation in examine(context, only=MINE)}


def a_day(fixture: PlatformFixture) -> str:
    """One guest in house in 101, one arriving in 102, and guests who have left, moved, walked in or cancelled."""
    mine = in_house(fixture, "101")
    assigned(fixture, confirmed(fixture).id, "102")
    checked_out(fixture, in_house(fixture, "105", room_type="DBL"))
    moved(fixture, in_house(fixture, "106", room_type="DBL"), "201")
    walked_in(fixture, "103")
    called_off = confirmed(fixture, room_type="DBL").id
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=called_off, reason="ill"), STAFF)
    fixture.book(room_type="DBL")
    fixture.settle()
    return mine


def test_an_ordinary_day_breaks_no_invariant(fixture: PlatformFixture) -> None:
    a_day(fixture)

    with examination(fixture) as (context, _):
        assert examine(context, only=MINE) == []


ROOMS, BOOKINGS = "rooms", "bookings"
FAULTS = {
    "two in one room": (
        ROOMS,
        """
        ALTER TABLE period DROP CONSTRAINT period_no_room_twice;
        INSERT INTO period (hotel, room_id, kind, nights, booking_id, began_at)
        SELECT hotel, room_id, 'STAY', nights, 'BK-2020-OTHER', now() FROM period
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
    "a room that stays out of order": (
        ROOMS,
        """
        UPDATE room SET status = 'OUT_OF_ORDER' WHERE room_number = '104';
        INSERT INTO period (hotel, room_id, kind, nights, out_of_order, began_at)
        SELECT hotel, id, 'BLOCK', daterange(current_date - 9, current_date - 7), true, now() FROM room
        WHERE room_number = '104'
        """,
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
def lived(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[PlatformFixture]:
    """A day that is over."""
    with new_fixture(template_databases, copied_database) as fixture:
        a_day(fixture)
        assert broken(fixture) == set()
        yield fixture


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(lived: PlatformFixture, fault: str) -> None:
    service, statement, invariants = FAULTS[fault]

    with examination(lived) as (context, connections):
        connections[service].execute(sa.text(statement))
        violations = examine(context, only=MINE)

    assert {violation.invariant for violation in violations} == invariants


def test_an_action_that_is_not_finished_is_found_and_excuses_its_booking_meanwhile(fixture: PlatformFixture) -> None:
    mine = a_day(fixture)
    with process_dies(fixture, MoveOut, after=True), pytest.raises(Exception, match="crashed"):
        checked_out(fixture, mine)
    assert broken(fixture) == set()

    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE booking SET action_due_at = now() - interval '10 seconds' WHERE pending IS NOT NULL")
        )

    assert broken(fixture) == {"I12"}


def test_a_hold_without_a_booking_is_found_unless_it_is_about_to_be_checked(fixture: PlatformFixture) -> None:
    a_day(fixture)
    with fixture.platform.services["bookings"].engine.begin() as connection:
        references = (
            "SELECT conrelid::regclass AS table, conname FROM pg_constraint WHERE confrelid = 'booking'::regclass"
        )
        for table, name in connection.execute(sa.text(references)).all():
            connection.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(sa.text("DELETE FROM booking WHERE status = 'PENDING_PAYMENT'"))
        connection.execute(sa.text("UPDATE hold SET check_at = now() + interval '1 minute'"))
    assert broken(fixture) == set()

    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE hold SET check_at = NULL"))

    assert broken(fixture) == {"I2"}
