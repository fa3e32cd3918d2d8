"""Somebody who has not booked stands at the desk: all of a booking at once, or nothing of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import AddWalkIn, BookingStatus, CreatedBooking, GetBooking, ListBookings
from contracts.rooms import ReceiveWalkIn, RoomStatus
from contracts.values import Caller, Context
from tests.conversations.conftest import HOTEL, STAFF, Scene
from tests.conversations.front_desk import (
    GUEST,
    a_minute_passes,
    assigned,
    checked_out,
    confirmed,
    dying,
    refusal,
    room,
    turned,
    walked_in,
)
from tests.conversations.test_assigning_rooms import left

Status = BookingStatus


def walking_in(room_number: str, **more: Any) -> AddWalkIn:
    return AddWalkIn(hotel=HOTEL, room_number=room_number, guest=GUEST, **more)


def nobody_is_booked(scene: Scene) -> bool:
    return scene.town.ask(ListBookings(hotel=HOTEL), STAFF).count == 0


def test_a_walk_in_is_in_house_at_once(scene: Scene) -> None:
    before = left(scene, "SGL")

    made = walked_in(scene, "101", check_out=scene.today() + timedelta(days=2))
    scene.settle()

    assert (made.status, made.assigned_room_number, made.source) == (Status.IN_HOUSE, "101", "staff")
    assert (made.payment_status, made.balance_due, made.warnings) == ("NONE", made.total_amount, ())
    assert (made.nights, made.in_house) == (2, None)
    lives = scene.town.ask(GetBooking(hotel=HOTEL, booking_id=made.id), STAFF)
    assert lives.in_house is not None
    assert lives.in_house.room_pin.isdigit()
    assert room(scene, "101").current_booking_id == made.id
    assert left(scene, "SGL") == before - 1
    assert scene.town.happened(made.id) == ["BookingHeld", "BookingConfirmed", "RoomAssigned", "GuestCheckedIn"]
    assert checked_out(scene, made.id).status is Status.COMPLETED


def test_the_same_key_is_the_same_walk_in(scene: Scene) -> None:
    keyed = replace(STAFF, idempotency_key="k-1", fingerprint="f")
    first = scene.town.ask(walking_in("101"), keyed)

    again = scene.town.ask(walking_in("101"), keyed)

    assert isinstance(again, CreatedBooking)
    assert again == first
    assert scene.town.ask(ListBookings(hotel=HOTEL), STAFF).count == 1


def test_a_walk_in_is_refused_for_each_reason_and_leaves_nothing(scene: Scene) -> None:
    walked_in(scene, "101")
    turned(scene, "102", RoomStatus.MAINTENANCE_REQUIRED)
    turned(scene, "105", RoomStatus.OUT_OF_ORDER, until=scene.today() + timedelta(days=1))
    soon = confirmed(scene, room_type="DBL", begins=1).id
    assigned(scene, soon, "106")
    count = scene.town.ask(ListBookings(hotel=HOTEL), STAFF).count

    for number, code in (("999", "ROOM_NOT_FOUND"), ("102", "ROOM_NOT_READY"), ("105", "ROOM_NOT_BOOKABLE")):
        assert refusal(scene, walking_in(number)).code == code
    assert refusal(scene, walking_in("101")).code == "ROOM_OVERLAP_CONFLICT"
    taken = refusal(scene, walking_in("106", check_out=scene.today() + timedelta(days=2)))
    assert (taken.code, taken.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": [soon]})
    assert refusal(scene, walking_in("103", adults=2)).errors[0]["field"] == "adults"
    assert refusal(scene, walking_in("103", check_out=scene.today())).errors[0]["field"] == "check_out"
    assert refusal(scene, AddWalkIn(hotel=HOTEL, room_number="103", guest=replace(GUEST, email="?"))).errors
    for begins in (-2, 1):
        early = walking_in("103", check_in=scene.today() + timedelta(days=begins))
        assert refusal(scene, early).errors[0]["field"] == "check_in"
    others = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))
    with pytest.raises(Refusal, match="HOTEL_NOT_FOUND"):
        scene.town.ask(walking_in("103"), others)
    with pytest.raises(Refusal, match="PERMISSION_DENIED"):
        scene.town.ask(walking_in("103"), Context(caller=Caller(kind="guest", guest_token="t")))
    stale = replace(STAFF, if_match=(77,))
    with pytest.raises(Refusal, match="VERSION_MISMATCH"):
        scene.town.ask(walking_in("103"), stale)
    scene.settle()

    assert scene.town.ask(ListBookings(hotel=HOTEL), STAFF).count == count
    assert walked_in(scene, "106").assigned_room_number == "106"


def test_where_the_type_is_sold_out_a_free_room_takes_nobody(scene: Scene) -> None:
    for _ in range(4):
        confirmed(scene)

    assert refusal(scene, walking_in("101")).code == "SOLD_OUT"
    assert room(scene, "101").room_status is RoomStatus.READY_FOR_GUEST


@pytest.mark.parametrize(("hour", "minute", "begins"), [(0, 30, True), (1, 59, True), (2, 1, False), (15, 0, False)])
def test_after_midnight_the_night_may_have_begun_yesterday(scene: Scene, hour: int, minute: int, begins: bool) -> None:
    """The demo hotel takes late arrivals until 02:00."""
    dublin = ZoneInfo("Europe/Dublin")
    with scene.town.houses["bookings"].unit_of_work.read() as work:
        now = work.now.astimezone(dublin)
    tomorrow = now.date() + timedelta(days=1)
    wanted = datetime(tomorrow.year, tomorrow.month, tomorrow.day, hour, minute, tzinfo=dublin)
    scene.town.advance(wanted - now)
    yesterday = walking_in("101", check_in=scene.today() - timedelta(days=1))

    if begins:
        made = scene.town.ask(yesterday, STAFF).booking
        assert (made.check_in, made.check_out) == (scene.today() - timedelta(days=1), scene.today())
        assert checked_out(scene, made.id).status is Status.COMPLETED
    else:
        assert refusal(scene, yesterday).errors[0]["field"] == "check_in"
        assert walked_in(scene, "101").check_in == scene.today()


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_of_a_walk_in_whose_process_died_nothing_is_left(scene: Scene, after: bool) -> None:
    before = left(scene, "SGL")
    with dying(scene, ReceiveWalkIn, after=after), pytest.raises(Unavailable):
        walked_in(scene, "101")
    assert room(scene, "101").is_occupied is after
    assert nobody_is_booked(scene)

    scene.settle()
    a_minute_passes(scene)

    assert nobody_is_booked(scene)
    wanted = RoomStatus.CHECKOUT_DIRTY if after else RoomStatus.READY_FOR_GUEST
    assert room(scene, "101").room_status is wanted
    assert left(scene, "SGL") == before
    with scene.town.houses["rooms"].engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM hold_part")).scalar_one() == 0
        assert connection.execute(sa.text("SELECT count(*) FROM period WHERE live")).scalar_one() == 0
    assert walked_in(scene, "102").status is Status.IN_HOUSE
