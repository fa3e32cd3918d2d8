"""The walkthrough: a complete stay, three bookings that end early, a changed stay, a front desk day, a room plan."""

from datetime import date, timedelta

from contracts.values import from_major
from sandbox.demo import (
    approval_steps,
    booking_steps,
    change_steps,
    ending_steps,
    front_desk_steps,
    payment_steps,
    room_plan_steps,
    search_steps,
    stay_steps,
)
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect
from sandbox.demo.front_desk_steps import WalkInBooking
from sandbox.demo.room_plan_steps import PlannedBooking

COMPLETE_STAY = [
    "bookings.BookingHeld.v1",
    "bookings.PaymentAwaited.v1",
    "bookings.BookingAwaitsApproval.v1",
    "bookings.BookingApproved.v1",
    "bookings.BookingConfirmed.v1",
    "bookings.RoomAssigned.v1",
    "bookings.GuestCheckedIn.v1",
    "bookings.GuestCheckedOut.v1",
]


def run(demo: DemoContext) -> None:
    """Run all scenarios. Raises `ExpectationFailed` at the first failed expectation."""
    settings = demo.staff().send("GET", f"{demo.staff_path}/settings/").body
    expect("the hotel requires approval", settings["approval_required"], True)
    today = demo.today()
    walked = [
        complete_stay(demo, today),
        declined_booking(demo, today),
        cancelled_booking(demo, today),
        expired_booking(demo, today),
        changed_stay(demo),
        undone_check_in(demo),
    ]
    walk_ins = front_desk_day(demo)
    planned = rooms_planned(demo)
    demo.transcript.step("No personal data was pushed")
    guests = [*(walk_in.guest for walk_in in walk_ins), *(booked.guest for booked in planned)]
    ending_steps.check_nothing_private_was_pushed(demo, walked, [value for guest in guests for value in guest.values()])
    ending_steps.check_provider_contract(demo)


def complete_stay(demo: DemoContext, today: date) -> DemoBooking:
    """A stay from start to end: booked, paid, approved, checked in, checked out, room cleaned."""
    step = demo.transcript.step
    demo.transcript.chapter(f"A complete stay at {demo.page['name']}")
    step("A guest looks for a room for tonight")
    room_type = search_steps.search_availability(demo, check_in=today, nights=1)["room_type_code"]
    stay = search_steps.stay_params(room_type, check_in=today)
    step("… asks for the price")
    quote = search_steps.request_quote(demo, stay)
    step("… books it, and repeats the request")
    booked = booking_steps.book(demo, stay, quote_id=quote["quote_id"])
    expect("the booking has the quoted price", booked.total, from_major(quote["total"], quote["currency"]))
    step("… opens the booking's page")
    booking_steps.open_guest_page(booked)
    step("… pays with a card, which is authorised and not yet charged")
    payment_steps.pay(booked)
    step("The front desk signs in and finds the booking")
    approval_steps.sign_in_staff(demo)
    approval_steps.find_pending_approval(booked)
    step("… approves it: now the card is charged")
    approval_steps.approve(booked)
    step("… assigns a room")
    number = stay_steps.assign(booked)
    step("The guest arrives and is checked in")
    actual = stay_steps.check_in(booked, number)
    ending_steps.check_nothing_private_was_pushed(demo, [booked], [actual["wifi"]["password"]])
    step("The guest is checked out")
    stay_steps.check_out(booked, number)
    step("Housekeeping makes the room ready")
    stay_steps.clean_room(demo, number)
    step("The booking's event feed, as its guest reads it")
    types = ending_steps.check_event_feed(booked)
    expect("the feed has exactly the events of a complete stay", types, COMPLETE_STAY)
    return booked


def declined_booking(demo: DemoContext, today: date) -> DemoBooking:
    """A booking that is paid, then declined by staff."""
    demo.transcript.chapter("A booking that the hotel declines")
    stay = _stay_params(demo, today)
    demo.transcript.step("A guest books and pays")
    booked = booking_steps.book(demo, stay, first_name="Bram")
    held = _units_left(demo, stay)
    payment_steps.pay(booked)
    demo.transcript.step("The front desk declines: the authorisation is released")
    approval_steps.decline(booked)
    _expect_nights_released(demo, stay, held)
    return booked


def cancelled_booking(demo: DemoContext, today: date) -> DemoBooking:
    """A booking that the guest cancels before payment."""
    demo.transcript.chapter("A booking that its guest cancels before paying")
    stay = _stay_params(demo, today)
    demo.transcript.step("A guest books")
    booked = booking_steps.book(demo, stay, first_name="Chidi")
    held = _units_left(demo, stay)
    demo.transcript.step("… and cancels")
    ending_steps.cancel_unpaid(booked)
    _expect_nights_released(demo, stay, held)
    return booked


def expired_booking(demo: DemoContext, today: date) -> DemoBooking:
    """A booking that is never paid, so that its hold expires."""
    demo.transcript.chapter("A booking that is never paid")
    stay = _stay_params(demo, today)
    demo.transcript.step("A guest books and opens the payment page")
    booked = booking_steps.book(demo, stay, first_name="Dorota")
    held = _units_left(demo, stay)
    session = payment_steps.open_payment(booked)
    demo.transcript.step("… and does not pay: the hold expires")
    ending_steps.let_hold_expire(booked, session["payment_url"])
    _expect_nights_released(demo, stay, held)
    return booked


def changed_stay(demo: DemoContext) -> DemoBooking:
    """A stay that its guest moves and pays the difference of, and that the desk then shortens."""
    step, today = demo.transcript.step, demo.today()
    demo.transcript.chapter("A stay that changes")
    step("A guest books some weeks ahead and pays, and the desk approves")
    soon = today + timedelta(days=change_steps.DAYS_AHEAD)
    room_type = search_steps.search_availability(demo, check_in=soon, nights=change_steps.NIGHTS)["room_type_code"]
    first = change_steps.free_dates(demo, room_type, today=today)
    stay = search_steps.stay_params(room_type, check_in=first, nights=change_steps.NIGHTS)
    booked = booking_steps.book(demo, stay, first_name="Hanna")
    payment_steps.pay(booked)
    approval_steps.approve(booked)
    step("The guest moves the stay by a day and adds a night: the nights are held")
    held = change_steps.hold_dearer_stay(booked, first)
    step("… pays the difference, and the stay changes")
    change_steps.pay_difference(booked, held)
    step("The desk takes a night off: its price goes back to the card")
    change_steps.shorten(booked)
    return booked


def undone_check_in(demo: DemoContext) -> DemoBooking:
    """A check-in that the desk takes back; the booking is then cancelled."""
    step = demo.transcript.step
    demo.transcript.chapter("A step back")
    step("A guest who has paid is checked in")
    booked = booking_steps.book(demo, _stay_params(demo, demo.today()), first_name="Imke")
    payment_steps.pay(booked)
    approval_steps.approve(booked)
    number = stay_steps.assign(booked)
    stay_steps.check_in(booked, number)
    step("It was the wrong guest: the desk takes the check-in back")
    change_steps.undo_check_in(booked, number)
    step("The guest does not come, and the desk cancels the booking")
    ending_steps.cancel_at_desk(booked)
    return booked


def front_desk_day(demo: DemoContext) -> list[WalkInBooking]:
    """Two walk-ins: one moves, both overstay, one extends, and both are checked out together."""
    step = demo.transcript.step
    demo.transcript.chapter("A day at the front desk")
    step("Two walk-ins are booked and checked in")
    first, second, third = (each["room_number"] for each in front_desk_steps.ready_rooms(demo, at_least=3)[:3])
    mover = front_desk_steps.walk_in(demo, first, first_name="Eilidh")
    stayer = front_desk_steps.walk_in(demo, second, first_name="Fergal")
    step("A tap drips: one guest moves to another room")
    front_desk_steps.move(mover, first, third)
    step("The next day at eleven both are overdue")
    front_desk_steps.overstay_check_out([mover, stayer])
    step("The desk acknowledges one overstay …")
    front_desk_steps.acknowledge(mover)
    step("… and extends the other stay by a night")
    front_desk_steps.extend_overstay(stayer)
    step("All are checked out together")
    front_desk_steps.check_out_rooms({third: mover, second: stayer})
    step("Housekeeping completes its tasks")
    front_desk_steps.clean_rooms(demo, [first, second, third])
    return [mover, stayer]


def rooms_planned(demo: DemoContext) -> list[PlannedBooking]:
    """A stay for which another one moves: staff have the rooms of some nights planned."""
    demo.transcript.chapter("A stay for which another one moves")
    demo.transcript.step("Some weeks ahead every room of a type is taken for some nights, and one more stay is sold")
    bookings = room_plan_steps.fill(demo, today=demo.today())
    demo.transcript.step("Staff have the rooms planned")
    room_plan_steps.plan(bookings)
    return bookings


def _stay_params(demo: DemoContext, today: date) -> dict[str, object]:
    room_type = search_steps.search_availability(demo, check_in=today, nights=2)["room_type_code"]
    return search_steps.stay_params(room_type, check_in=today, nights=2)


def _units_left(demo: DemoContext, stay: dict[str, object]) -> int:
    return search_steps.units_left(
        demo,
        str(stay["room_type_code"]),
        check_in=date.fromisoformat(str(stay["check_in"])),
        check_out=date.fromisoformat(str(stay["check_out"])),
    )


def _expect_nights_released(demo: DemoContext, stay: dict[str, object], held: int) -> None:
    left = eventually("the nights are released", lambda: _units_left(demo, stay), holds=lambda left: left > held)
    demo.transcript.line("guest", f"{left} rooms are left, {held} during the hold")
