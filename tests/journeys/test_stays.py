"""Bookings' lives, from the first look to the last event."""

from collections.abc import Callable
from datetime import date, timedelta

from sandbox.demo import walkthrough
from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import DemoBooking, book
from sandbox.demo.context import DemoContext
from sandbox.demo.ending_steps import check_event_feed, check_nothing_private_was_pushed, check_provider_contract
from sandbox.demo.payment_steps import open_payment
from sandbox.demo.search_steps import search_availability, stay_params
from sandbox.demo.transcript import SilentTranscript


def test_a_booking_lives_from_quote_to_clean_room(demo: DemoContext, today: date) -> None:
    booked = walkthrough.complete_stay(demo, today)

    check_nothing_private_was_pushed(demo, [booked])


def test_a_declined_booking_costs_nothing_and_frees_its_nights(demo: DemoContext, today: date) -> None:
    booked = walkthrough.declined_booking(demo, today)

    assert check_event_feed(booked)[-1] == "bookings.BookingDeclined.v1"


def test_a_guest_may_call_off_before_paying(demo: DemoContext, today: date) -> None:
    booked = walkthrough.cancelled_booking(demo, today)

    assert check_event_feed(booked) == ["bookings.BookingHeld.v1", "bookings.BookingCancelled.v1"]


def test_a_guest_pays_the_difference_of_a_changed_stay_and_gets_the_price_of_a_night_back(demo: DemoContext) -> None:
    booked = walkthrough.changed_stay(demo)

    changes = [kind for kind in check_event_feed(booked) if "StayChange" in kind]
    assert changes == ["bookings.StayChangeHeld.v1", *["bookings.StayChanged.v1"] * 2]


def test_a_check_in_is_taken_back(demo: DemoContext) -> None:
    booked = walkthrough.undone_check_in(demo)

    events = check_event_feed(booked)
    assert events.index("bookings.CheckInUndone.v1") == events.index("bookings.GuestCheckedIn.v1") + 1


def test_an_unpaid_hold_runs_out_and_frees_its_nights(demo: DemoContext, today: date) -> None:
    booked = walkthrough.expired_booking(demo, today)

    assert check_event_feed(booked)[-1] == "bookings.BookingExpired.v1"


def test_a_hold_from_shortly_before_midnight_expires_on_the_date_of_the_scenario(demo: DemoContext) -> None:
    now = demo.now()
    late = now.replace(hour=23, minute=50, second=0, microsecond=0)
    demo.advance((late - now) % timedelta(days=1))

    booked = walkthrough.expired_booking(demo, demo.today())

    assert check_event_feed(booked)[-1] == "bookings.BookingExpired.v1"


def test_a_hotel_that_wants_no_approval_confirms_by_itself(addresses: Addresses) -> None:
    hotel = DemoContext(addresses, "hotel-kilkenny", SilentTranscript())
    today = hotel.today()
    room_type = search_availability(hotel, check_in=today, nights=1)["room_type_code"]
    booked = book(hotel, stay_params(room_type, check_in=today))

    hotel.stripe.pay(open_payment(booked)["payment_url"])

    result = booked.wait_for_status("CONFIRMED")
    whole = booked.total
    hotel.stripe.expect_movements(result["payment_reference"], ("authorise", whole), ("capture", whole))
    booked.expect_mail(f"Booking Confirmed - {booked.id}")
    assert check_event_feed(booked) == walkthrough.COMPLETE_STAY[:5]


def test_a_booking_can_be_paid_after_the_clock_was_moved(
    demo: DemoContext, paid: Callable[[], DemoBooking], today: date
) -> None:
    walkthrough.expired_booking(demo, today)

    assert paid().read()["status"] == "PENDING_APPROVAL"


def test_the_payment_provider_saw_nothing_that_it_would_not_accept(
    demo: DemoContext, paid: Callable[[], DemoBooking]
) -> None:
    paid()

    check_provider_contract(demo)


def test_a_day_at_the_front_desk_ends_with_clean_rooms(demo: DemoContext, today: date) -> None:
    guests = walkthrough.front_desk_day(demo)

    assert [guest.read()["status"] for guest in guests] == ["COMPLETED", "COMPLETED"]


def test_a_stay_gets_a_room_once_another_stay_has_moved(demo: DemoContext) -> None:
    bookings = walkthrough.rooms_planned(demo)

    assert None not in [booked.room_number() for booked in bookings]
