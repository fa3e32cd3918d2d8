"""Which holds are checked for orphans: those whose booking is not written yet, or needs no nights."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from contracts.bookings.asks import CancelBooking
from contracts.rooms.events import InventoryHeld, RoomOccupied
from contracts.rooms.holds import ReleaseInventory
from services.bookings.actions.cancel import before_stay
from services.bookings.handlers.holds import release_orphan_holds
from services.bookings.store import event_effects
from services.bookings.work import BookingsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.interface.bookings.steps import about
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, HOTEL, NOW, STAFF

NOBODY = "BK-2030-NOBODY"


def held_for(booking_id: str) -> InventoryHeld:
    return InventoryHeld(
        booking_id=booking_id, hotel=HOTEL, room_type_code="DBL", check_in=CHECK_IN, check_out=CHECK_OUT, held_at=NOW
    )


def booked(service: BookingsUnderTest) -> str:
    booking_id: str = service.book().booking.booking_id
    return booking_id


def released(service: BookingsUnderTest) -> list[str]:
    return [message.booking_id for message in service.rooms.asks if isinstance(message, ReleaseInventory)]


def checks(service: BookingsUnderTest) -> dict[str, bool]:
    """Whether each hold has a check."""
    return {
        row.booking_id: row.checked
        for row in service.rows("SELECT booking_id, check_at IS NOT NULL AS checked FROM hold")
    }


def a_minute_later(service: BookingsUnderTest) -> None:
    service.rows("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL")


def test_a_hold_of_a_written_booking_has_no_check(service: BookingsUnderTest) -> None:
    booking_id = booked(service)

    service.deliver(held_for(booking_id))

    assert checks(service) == {booking_id: False}


def test_the_hold_of_a_booking_whose_action_is_expedited_by_the_same_batch_has_no_check(
    service: BookingsUnderTest,
) -> None:
    booking_id = booked(service)
    service.rows("UPDATE booking SET pending = '{\"id\": \"a\"}', action_due_at = now() + interval '1 hour'")
    occupied = RoomOccupied(booking_id=booking_id, hotel=HOTEL, room_number="101", action_id="a")

    service.deliver(occupied, held_for(booking_id))

    assert checks(service) == {booking_id: False}
    (row,) = service.rows("SELECT action_due_at < now() + interval '1 minute' AS soon FROM booking")
    assert row.soon


def test_holds_that_came_before_their_bookings_are_kept_by_one_statement(service: BookingsUnderTest) -> None:
    booking_ids = [booked(service) for _ in range(3)]
    for booking_id in booking_ids:
        service.deliver(held_for(booking_id))
    service.rows("UPDATE hold SET check_at = now()")

    with statements(service.engine) as sent:
        assert not service.tick(release_orphan_holds)

    assert len(sent) == 1, sent
    assert checks(service) == dict.fromkeys(booking_ids, False)
    assert released(service) == []


def test_an_unwritten_one_among_holds_that_are_needed_is_released(service: BookingsUnderTest) -> None:
    booking_id = booked(service)
    service.deliver(held_for(booking_id), held_for(NOBODY))
    service.rows("UPDATE hold SET check_at = now()")

    assert service.tick(release_orphan_holds)

    assert released(service) == [NOBODY]


def test_without_its_check_the_hold_of_an_unwritten_booking_would_stay(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchecked = event_effects.HOLD.replace("needed.id IS NULL", "false")
    assert unchecked != event_effects.HOLD
    monkeypatch.setattr(event_effects, "HOLD", unchecked)
    service.deliver(held_for(NOBODY))

    a_minute_later(service)

    assert not service.tick(release_orphan_holds)
    assert released(service) == []


def stored_during_a_cancellation(service: BookingsUnderTest, wait: Callable[..., object]) -> str:
    """The booking is called off, uncommitted; the event of its hold comes; the cancellation commits."""
    booking_id = booked(service)

    def call_off(work: BookingsWork) -> None:
        booking = work.bookings.lock(HOTEL, booking_id)
        assert booking
        events = before_stay(booking, CancelBooking(**about(booking_id)), caller=STAFF, now=NOW)
        work.record(booking, events, by=STAFF.actor)

    wait(service.engine, service.unit_of_work.begin, call_off, lambda: service.deliver(held_for(booking_id)))
    return booking_id


def test_a_hold_that_comes_while_its_booking_is_called_off_has_a_check(service: BookingsUnderTest) -> None:
    booking_id = stored_during_a_cancellation(service, after_a_wait)

    assert checks(service) == {booking_id: True}


def test_a_hold_stored_without_a_lock_on_its_booking_would_be_lost(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_effects, "HOLD", event_effects.HOLD.replace("FOR SHARE", ""))

    def beside(
        _: sa.Engine, begin: Callable[..., object], first: Callable[..., None], second: Callable[[], object]
    ) -> None:
        with begin() as work:  # type: ignore[attr-defined]
            first(work)
            second()

    booking_id = stored_during_a_cancellation(service, beside)

    assert checks(service) == {booking_id: False}
