"""A sold stay for which pins and blocks leave no room: staff are told at once, once, and doctor shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.stays import AssignRoom
from contracts.rooms.blocks import BlockRoom, ListBlocks, UnblockRoom
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.actions import booking, pushed
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.crowded_rooms import Crowded
from tests.fakes.operators import open_services

AHEAD = 12  # days


@contextmanager
def examination(fixture: PlatformFixture) -> Iterator[ExaminationContext]:
    with open_services(fixture.platform) as services:
        yield ExaminationContext(ask=services, older_than=timedelta(0), parked=())


def broken(fixture: PlatformFixture) -> list[str]:
    with examination(fixture) as context:
        return [violation.subject for violation in examine(context, only=["I18"])]


def reported(fixture: PlatformFixture) -> list[dict[str, Any]]:
    fixture.settle()
    return [data for name, data in pushed(fixture, f"private-staff-{HOTEL}") if name == "room_plan_impossible"]


def block(fixture: PlatformFixture, crowded: Crowded, nights: int) -> None:
    until = crowded.first + timedelta(days=nights)
    command = BlockRoom(hotel=HOTEL, room_number="303", reason="Paint", starts_on=crowded.first, until=until)
    fixture.platform.ask(command, STAFF)


def unblock(fixture: PlatformFixture) -> None:
    for each in fixture.platform.ask(ListBlocks(hotel=HOTEL, room_number="303"), STAFF).blocks:
        fixture.platform.ask(UnblockRoom(hotel=HOTEL, room_number="303", block_id=each.id), STAFF)


@pytest.fixture
def crowded(fixture: PlatformFixture) -> Crowded:
    """Four stays days ahead, in three family rooms; one stay has no room yet."""
    crowded = Crowded(fixture, AHEAD)
    assert reported(fixture) == []
    assert broken(fixture) == []
    return crowded


def test_the_room_plan_of_a_hotel_is_checked_from_its_import_on(fixture: PlatformFixture) -> None:
    fixture.settle()

    with fixture.platform.services["bookings"].engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT hotel FROM room_plan_check").scalars().all()
    assert HOTEL in rows


def lock(fixture: PlatformFixture, *booking_ids: str) -> None:
    for each in booking_ids:
        fixture.platform.ask(AmendBooking(hotel=HOTEL, booking_id=each, room_locked=True), STAFF)


def test_a_lock_that_leaves_a_stay_no_room_is_told_at_once_and_days_ahead(
    fixture: PlatformFixture, crowded: Crowded
) -> None:
    lock(fixture, crowded.one)
    assert reported(fixture) == []  # the other one may still move

    lock(fixture, crowded.other)

    [push] = reported(fixture)
    assert (push["booking_id"], push["proven"]) == (crowded.late, True)
    assert push["nights"] == [(crowded.first + timedelta(days=each)).isoformat() for each in range(4)]
    clashing = {(each["kind"], each["id"]) for each in push["blocked_by"]}
    assert {("stay", crowded.one), ("stay", crowded.other)} <= clashing
    assert broken(fixture) == [crowded.late]


def test_a_block_is_told_as_well_and_nothing_is_told_twice(fixture: PlatformFixture, crowded: Crowded) -> None:
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=crowded.whole, reason="Ill."), STAFF)
    lock(fixture, crowded.one, crowded.other)
    assert reported(fixture) == []  # the third room is free

    block(fixture, crowded, 1)

    [push] = reported(fixture)
    assert "block" in {each["kind"] for each in push["blocked_by"]}
    for _ in range(3):
        fixture.platform.advance(timedelta(hours=2))
        assert len(reported(fixture)) == 1

    unblock(fixture)
    fixture.settle()
    assert broken(fixture) == []
    block(fixture, crowded, 2)
    assert len(reported(fixture)) == 2


def test_once_the_stay_has_a_room_the_invariant_holds(fixture: PlatformFixture, crowded: Crowded) -> None:
    lock(fixture, crowded.one, crowded.other)
    fixture.settle()
    assert broken(fixture) == [crowded.late]

    fixture.platform.ask(AmendBooking(hotel=HOTEL, booking_id=crowded.other, room_locked=False), STAFF)
    fixture.platform.ask(AssignRoom(hotel=HOTEL, booking_id=crowded.late), STAFF)
    fixture.settle()

    assert broken(fixture) == []
    assert booking(fixture, crowded.late).assigned_room_number is not None
