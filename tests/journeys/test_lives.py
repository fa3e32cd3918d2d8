"""Bookings' lives, from the first look to the last event."""

from collections.abc import Callable
from datetime import date

from sandbox.demo import walk
from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import Booked, book
from sandbox.demo.ending_steps import feed_is_whole, nothing_private_was_pushed, provider_was_content
from sandbox.demo.looking_steps import look_for_a_room, stay_of
from sandbox.demo.paying_steps import open_payment
from sandbox.demo.transcript import Silent
from sandbox.demo.world import World


def test_a_booking_lives_from_quote_to_clean_room(world: World, today: date) -> None:
    booked = walk.whole_life(world, today)

    nothing_private_was_pushed(world, [booked])


def test_a_declined_booking_costs_nothing_and_frees_its_nights(world: World, today: date) -> None:
    booked = walk.declined(world, today)

    assert feed_is_whole(booked)[-1] == "bookings.BookingDeclined.v1"


def test_a_guest_may_call_off_before_paying(world: World, today: date) -> None:
    booked = walk.cancelled(world, today)

    assert feed_is_whole(booked) == ["bookings.BookingHeld.v1", "bookings.BookingCancelled.v1"]


def test_an_unpaid_hold_runs_out_and_frees_its_nights(world: World, today: date) -> None:
    booked = walk.expired(world, today)

    assert feed_is_whole(booked)[-1] == "bookings.BookingExpired.v1"


def test_a_hotel_that_wants_no_approval_confirms_by_itself(addresses: Addresses) -> None:
    hotel = World(addresses, "hotel-kilkenny", Silent())
    today = hotel.today()
    room_type = look_for_a_room(hotel, check_in=today, nights=1)["room_type_code"]
    booked = book(hotel, stay_of(room_type, check_in=today))

    hotel.stripe.pay(open_payment(booked)["payment_url"])

    told = booked.becomes("CONFIRMED")
    whole = booked.minor
    hotel.stripe.has_moved(told["payment_reference"], ("authorise", whole), ("capture", whole))
    booked.mailed(f"Booking Confirmed - {booked.id}")
    assert feed_is_whole(booked) == walk.WHOLE_LIFE[:5]


def test_a_booking_can_be_paid_after_the_clock_was_moved(world: World, paid: Callable[[], Booked], today: date) -> None:
    walk.expired(world, today)

    assert paid().look()["status"] == "PENDING_APPROVAL"


def test_the_payment_provider_saw_nothing_that_it_would_not_accept(world: World, paid: Callable[[], Booked]) -> None:
    paid()

    provider_was_content(world)


def test_a_day_at_the_front_desk_ends_with_clean_rooms(world: World, today: date) -> None:
    guests = walk.at_the_desk(world)

    assert [guest.look()["status"] for guest in guests] == ["COMPLETED", "COMPLETED"]
