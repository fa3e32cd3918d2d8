"""A walk-in is a whole booking in house at once, or leaves nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetBooking, ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.events import RoomStatus
from contracts.rooms.walk_ins import ReceiveWalkIn
from contracts.values import Caller, Context
from tests.conversations.actions import (
    GUEST,
    assigned,
    checked_out,
    confirmed,
    make_timers_due,
    process_dies,
    refusal,
    room,
    walked_in,
    with_room_status,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.test_assigning_rooms import left

Status = BookingStatus


def walking_in(room_number: str, **more: Any) -> AddWalkIn:
    return AddWalkIn(hotel=HOTEL, room_number=room_number, guest=GUEST, **more)


def nobody_is_booked(fixture: PlatformFixture) -> bool:
    return fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == 0


def test_a_walk_in_is_in_house_at_once(fixture: PlatformFixture) -> None:
    before = left(fixture, "SGL")

    made = walked_in(fixture, "101", check_out=fixture.today() + timedelta(days=2))
    fixture.settle()

    assert (made.status, made.assigned_room_number, made.source) == (Status.IN_HOUSE, "101", "staff")
    assert (made.payment_status, made.balance_due, made.warnings) == ("NONE", made.total_amount, ())
    assert (made.nights, made.in_house) == (2, None)
    lives = fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=made.id), STAFF)
    assert lives.in_house is not None
    assert lives.in_house.room_pin.isdigit()
    assert room(fixture, "101").current_booking_id == made.id
    assert left(fixture, "SGL") == before - 1
    assert fixture.platform.event_names(made.id) == [
        "BookingHeld",
        "BookingConfirmed",
        "RoomAssigned",
        "GuestCheckedIn",
    ]
    assert checked_out(fixture, made.id).status is Status.COMPLETED


def test_a_repeated_key_makes_one_walk_in(fixture: PlatformFixture) -> None:
    keyed = replace(STAFF, idempotency_key="k-1", fingerprint="f")
    first = fixture.platform.ask(walking_in("101"), keyed)

    again = fixture.platform.ask(walking_in("101"), keyed)

    assert isinstance(again, CreatedBooking)
    assert again == first
    assert fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == 1


def test_a_walk_in_is_refused_for_each_reason_and_leaves_nothing(fixture: PlatformFixture) -> None:
    walked_in(fixture, "101")
    with_room_status(fixture, "102", RoomStatus.MAINTENANCE_REQUIRED)
    with_room_status(fixture, "105", RoomStatus.OUT_OF_ORDER, until=fixture.today() + timedelta(days=1))
    soon = confirmed(fixture, room_type="DBL", begins=1).id
    assigned(fixture, soon, "106")
    count = fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count

    for number, code in (("999", "ROOM_NOT_FOUND"), ("102", "ROOM_NOT_READY"), ("105", "ROOM_NOT_BOOKABLE")):
        assert refusal(fixture, walking_in(number)).code == code
    assert refusal(fixture, walking_in("101")).code == "ROOM_OVERLAP_CONFLICT"
    taken = refusal(fixture, walking_in("106", check_out=fixture.today() + timedelta(days=2)))
    assert (taken.code, taken.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": [soon]})
    assert refusal(fixture, walking_in("103", adults=2)).code == "ROOM_TOO_SMALL"
    assert refusal(fixture, walking_in("103", check_out=fixture.today())).errors[0]["field"] == "check_out"
    assert refusal(fixture, AddWalkIn(hotel=HOTEL, room_number="103", guest=replace(GUEST, email="?"))).errors
    for begins in (-2, 1):
        early = walking_in("103", check_in=fixture.today() + timedelta(days=begins))
        assert refusal(fixture, early).errors[0]["field"] == "check_in"
    others = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))
    with pytest.raises(Refusal, match="HOTEL_NOT_FOUND"):
        fixture.platform.ask(walking_in("103"), others)
    with pytest.raises(Refusal, match="PERMISSION_DENIED"):
        fixture.platform.ask(walking_in("103"), Context(caller=Caller(kind="guest", guest_token="t")))
    stale = replace(STAFF, if_match=(77,))
    with pytest.raises(Refusal, match="VERSION_MISMATCH"):
        fixture.platform.ask(walking_in("103"), stale)
    fixture.settle()

    assert fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == count
    assert walked_in(fixture, "106").assigned_room_number == "106"


def test_a_free_room_of_a_sold_out_type_takes_no_walk_in(fixture: PlatformFixture) -> None:
    for _ in range(4):
        confirmed(fixture)

    assert refusal(fixture, walking_in("101")).code == "SOLD_OUT"
    assert room(fixture, "101").room_status is RoomStatus.READY_FOR_GUEST


@pytest.mark.parametrize(("hour", "minute", "begins"), [(0, 30, True), (1, 59, True), (2, 1, False), (15, 0, False)])
def test_a_walk_in_after_midnight_may_begin_yesterday(
    fixture: PlatformFixture, hour: int, minute: int, begins: bool
) -> None:
    """The demo hotel takes late arrivals until 02:00."""
    dublin = ZoneInfo("Europe/Dublin")
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        now = work.now.astimezone(dublin)
    tomorrow = now.date() + timedelta(days=1)
    local_time = datetime(tomorrow.year, tomorrow.month, tomorrow.day, hour, minute, tzinfo=dublin)
    fixture.platform.advance(local_time - now)
    yesterday = walking_in("101", check_in=fixture.today() - timedelta(days=1))

    if begins:
        made = fixture.platform.ask(yesterday, STAFF).booking
        assert (made.check_in, made.check_out) == (fixture.today() - timedelta(days=1), fixture.today())
        assert checked_out(fixture, made.id).status is Status.COMPLETED
    else:
        assert refusal(fixture, yesterday).errors[0]["field"] == "check_in"
        assert walked_in(fixture, "101").check_in == fixture.today()


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_walk_in_whose_process_died_leaves_nothing(fixture: PlatformFixture, after: bool) -> None:
    before = left(fixture, "SGL")
    with process_dies(fixture, ReceiveWalkIn, after=after), pytest.raises(Unavailable):
        walked_in(fixture, "101")
    assert room(fixture, "101").is_occupied is after
    assert nobody_is_booked(fixture)

    fixture.settle()
    make_timers_due(fixture)

    assert nobody_is_booked(fixture)
    expected = RoomStatus.CHECKOUT_DIRTY if after else RoomStatus.READY_FOR_GUEST
    assert room(fixture, "101").room_status is expected
    assert left(fixture, "SGL") == before
    with fixture.platform.services["rooms"].engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM hold_part")).scalar_one() == 0
        assert connection.execute(sa.text("SELECT count(*) FROM period WHERE live")).scalar_one() == 0
    assert walked_in(fixture, "102").status is Status.IN_HOUSE


def test_a_walk_in_without_an_address_is_mailed_nothing_and_pays_on_the_page(fixture: PlatformFixture) -> None:
    nameless = replace(walking_in("101"), guest=replace(GUEST, email=""))
    made = fixture.platform.ask(nameless, STAFF).booking
    fixture.settle()

    session = fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=made.id), STAFF)
    fixture.stripe.pay(session.session_id)
    fixture.settle()
    checked_out(fixture, made.id)
    fixture.settle()

    assert session.amount == made.total_amount
    assert fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=made.id), STAFF).balance_due.is_zero
    assert fixture.mails() == []
    with fixture.platform.services["notifier"].engine.connect() as connection:
        assert connection.execute(sa.text("SELECT medium, occasion FROM notice WHERE medium <> 'push'")).all() == []


def test_a_walk_in_with_an_address_is_welcomed_by_mail(fixture: PlatformFixture) -> None:
    walked_in(fixture, "101")
    fixture.settle()

    assert any(subject.startswith("Welcome to") for subject in fixture.mails())


def test_a_party_walks_into_a_room_that_is_too_small_by_an_override(fixture: PlatformFixture) -> None:
    assert refusal(fixture, walking_in("101", adults=2)).code == "ROOM_TOO_SMALL"
    assert nobody_is_booked(fixture)

    made = walked_in(fixture, "101", adults=2, override=True, reason="A cot fits in.")
    assert (made.status, made.adults) == (Status.IN_HOUSE, 2)
