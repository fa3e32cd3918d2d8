"""A guest who overstays: flagged, acknowledged, extended, gone; events and nights of the extension."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckOut
from contracts.bookings.views import CreatedBooking
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom
from tests.conversations.balances import (
    about,
    advance,
    books_agree,
    extend,
    page,
    pays,
    published,
    staying,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture


def late(fixture: PlatformFixture, created: CreatedBooking, minutes: int) -> None:
    """The domain's clock goes on until so long after check-out time."""
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        ahead = fixture.booking(created).checkout_deadline_at - work.now
    advance(fixture, ahead + timedelta(minutes=minutes))


def test_a_guest_overstays_stays_on_pays_and_leaves(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    paid = created.booking.total_amount
    coming = fixture.book(check_in=fixture.today() + timedelta(days=3), check_out=fixture.today() + timedelta(days=5))
    fixture.pay(coming)
    fixture.platform.ask(ApproveBooking(**about(coming)), STAFF)
    fixture.settle()
    fixture.platform.ask(AssignRoom(**about(coming), room_number="101"), STAFF)

    late(fixture, created, 180)
    state = fixture.platform.ask(GetOverstay(**about(created)), STAFF)
    assert state.incident
    assert (state.incident.status, state.incident.severity) == ("OPEN", "HIGH")
    listed = fixture.platform.ask(ListBookings(hotel=HOTEL, bucket="overdue_checkout"), STAFF)
    assert [(row.id, row.overstay_severity) for row in listed.results] == [(created.booking.id, "HIGH")]

    fixture.platform.ask(AcknowledgeOverstay(**about(created), note="Wants to stay."), STAFF)
    with pytest.raises(Refusal) as conflict:
        fixture.platform.ask(ExtendBooking(**about(created), add_nights=2), STAFF)
    assert conflict.value.code == "EXTENSION_CONFLICT"
    assert [stay["booking_id"] for stay in conflict.value.details["conflicts"]] == [coming.booking.id]
    assert 1 <= len(conflict.value.details["suggested_rooms"]) <= 5

    after = extend(fixture, created, 1)
    owed = after.balance_due
    assert (after.nights, after.total_amount) == (3, paid + owed)
    assert owed.amount > 0
    assert not after.is_overstay

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", owed)
    assert page(fixture, created, STAFF).session_id == session.session_id  # staff are shown the same page
    pays(fixture, session)
    now = fixture.booking(created)
    assert (now.status, now.balance_due.amount, now.payment_status) == (BookingStatus.IN_HOUSE, 0, "CAPTURED")
    assert fixture.movements()[-2:] == [("authorise", owed.amount), ("capture", owed.amount)]
    assert page(fixture, created).status == "paid"

    fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()
    assert published(
        fixture,
        created,
        "OverstayFlagged",
        "OverstayAcknowledged",
        "StayExtended",
        "OverstayResolved",
        "BalancePaymentAccepted",
        "BalancePaid",
        "GuestCheckedOut",
    ) == [
        "OverstayFlagged",
        "OverstayAcknowledged",
        "StayExtended",
        "OverstayResolved",
        "BalancePaymentAccepted",
        "BalancePaid",
        "GuestCheckedOut",
    ]
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number="101")).room_status is RoomStatus.CHECKOUT_DIRTY
    books_agree(fixture)


def test_overstay_events_reach_hotel_and_staff_under_every_name_without_personal_data(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    late(fixture, created, 40)
    fixture.platform.ask(AcknowledgeOverstay(**about(created)), STAFF)
    extend(fixture, created, 1)

    pushed = fixture.pusher.events()
    for name in ("overstay_flagged", "overstay_acknowledged", "overstay_extended", "overstay_resolved"):
        for spelled in (name, f"booking_{name}"):
            channels = {push["channel"] for push in pushed if push["event"] == spelled}
            assert channels == {f"private-hotel-{HOTEL}", f"private-staff-{HOTEL}"}, spelled
    assert {push["channel"] for push in pushed if push["event"] == "balance_changed"} == {
        f"private-hotel-{HOTEL}",
        f"private-booking-{created.booking.id}",
    }
    said = " ".join(str(push["data"]) for push in pushed)
    assert "ada@example.com" not in said
    assert "Ada" not in said


def test_the_nights_of_an_extension_are_sold_at_once(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    day = created.booking.check_out

    def left() -> int:
        answer = fixture.platform.ask(CheckAvailability(hotel=HOTEL, check_in=day, check_out=day + timedelta(days=1)))
        return next(
            kind for kind in answer.room_types if kind.room_type_code == fixture.room_types()[0]
        ).available_units

    before = left()
    extend(fixture, created, 1)

    assert left() == before - 1
