"""Orphan holds: the nights of a booking that needs none are released, after a minute."""

from typing import Any

from chassis.refusal import Unavailable
from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.status import BookingStatus
from contracts.rooms.events import InventoryHeld, InventoryReleased
from contracts.rooms.holds import ReleaseInventory
from services.bookings.handlers.holds import release_orphan_holds
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, HOTEL, NOW


def held_for(booking_id: str) -> InventoryHeld:
    return InventoryHeld(
        booking_id=booking_id, hotel=HOTEL, room_type_code="DBL", check_in=CHECK_IN, check_out=CHECK_OUT, held_at=NOW
    )


def released(service: BookingsUnderTest) -> list[str]:
    return [message.booking_id for message in service.rooms.asks if isinstance(message, ReleaseInventory)]


def test_a_hold_of_a_booking_never_stored_is_released_after_a_minute(service: BookingsUnderTest) -> None:
    service.deliver(held_for("BK-2030-NOBODY"))
    assert not service.tick(release_orphan_holds)

    due(service)
    assert service.tick(release_orphan_holds)

    assert released(service) == ["BK-2030-NOBODY"]
    service.deliver(InventoryReleased(booking_id="BK-2030-NOBODY", hotel=HOTEL))
    assert not service.rows("SELECT * FROM hold")


def test_a_hold_outliving_its_booking_is_released(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(held_for(booking_id))
    service.ask(CancelBooking(**about(booking_id)))
    assert not service.tick(release_orphan_holds)  # rooms has a minute to hear of it

    due(service)
    service.tick(release_orphan_holds)

    assert released(service) == [booking_id]


def test_a_drafts_hold_is_released_while_submission_is_shut_out(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    booking_id = created.booking.booking_id
    service.deliver(held_for(booking_id))
    tried: list[str] = []

    def meanwhile(ask: ReleaseInventory) -> Any:
        tried.append(refused(service, SubmitBooking(**about(booking_id)), guest_of(created)))
        return service.rooms.answer(ask)

    service.rooms.instead[ReleaseInventory] = meanwhile
    due(service)
    assert service.tick(release_orphan_holds)

    assert tried == ["ACTION_IN_PROGRESS"]
    assert (service.stored(booking_id).pending, service.stored(booking_id).version) == (None, 1)
    assert service.ask(SubmitBooking(**about(booking_id)), guest_of(created)).status is BookingStatus.PENDING_PAYMENT


def test_an_orphan_hold_waits_for_rooms(service: BookingsUnderTest) -> None:
    service.deliver(held_for("BK-2030-NOBODY"))
    service.rooms.instead[ReleaseInventory] = Unavailable("away")
    due(service)

    assert not service.tick(release_orphan_holds)

    assert service.row("SELECT check_at > now() + interval '50 s' AS later FROM hold").later
