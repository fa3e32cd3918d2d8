"""Assignment, check-in and check-out: the decisions before rooms is asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, MoveRoom
from contracts.values import Caller, HotelSettings
from services.bookings.actions import assign, check_in, check_out, move, unassign
from services.bookings.domain import room_pin
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import CLERK, HOTEL, STAFF, a_booking, a_card

ASSIGN = AssignRoom(hotel=HOTEL, booking_id="BK-2030-ABCDEF", room_number="101")
OPENS = datetime(2030, 6, 10, 11, 0, tzinfo=UTC)  # 12:00 in Dublin
CUTOFF = datetime(2030, 6, 11, 1, 0, tzinfo=UTC)  # 02:00 the next day


def checking_in(**overrides: Any) -> CheckIn:
    return CheckIn(hotel=HOTEL, booking_id="BK-2030-ABCDEF", **overrides)


def answer(booking: Booking, at: datetime, *, caller=CLERK, **fields: Any) -> bool | str:  # type: ignore[no-untyped-def]
    try:
        return check_in.may_check_in(booking, checking_in(**fields), caller=caller, now=at)
    except Refusal as refusal:
        return refusal.code


def ready(**overrides: Any) -> Booking:
    return a_booking(**{"assigned_room_number": "101"} | overrides)


@pytest.mark.parametrize(
    ("at", "fields", "expected"),
    [
        (OPENS - timedelta(hours=13), {}, "CHECKIN_WRONG_DATE"),
        (OPENS - timedelta(hours=13), {"early_checkin": True}, "CHECKIN_WRONG_DATE"),
        (OPENS - timedelta(seconds=1), {}, "CHECKIN_TOO_EARLY"),
        (OPENS, {}, True),
        (CUTOFF, {}, True),
        (CUTOFF + timedelta(seconds=1), {}, "CHECKIN_TOO_LATE"),
        (CUTOFF + timedelta(seconds=1), {"late_arrival": True}, True),
        (datetime(2030, 6, 13, 10, 0, tzinfo=UTC), {"late_arrival": True}, "CHECKIN_TOO_LATE"),
    ],
)
def test_check_in_is_refused_outside_its_window(at: datetime, fields: dict[str, bool], expected: bool | str) -> None:
    assert answer(ready(), at, **fields) == expected


def test_an_early_check_in_needs_the_permission() -> None:
    early = OPENS - timedelta(hours=1)

    assert answer(ready(), early, early_checkin=True) == "PERMISSION_DENIED"
    assert answer(ready(), early, early_checkin=True, caller=STAFF) is True


def test_an_expected_late_arrival_checks_in_without_the_late_arrival_flag() -> None:
    assert answer(ready(late_arrival_expected=True), CUTOFF + timedelta(hours=3)) is True


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Europe/Dublin", datetime(2030, 6, 9, 23, 0, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2030, 6, 10, 7, 0, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2030, 6, 9, 15, 0, tzinfo=UTC)),
    ],
)
def test_a_check_in_window_opens_at_hotel_local_midnight(zone: str, opens: datetime) -> None:
    booking = ready(card=a_card(timezone=zone), settings=HotelSettings(early_checkin_from="00:00"))

    assert answer(booking, opens - timedelta(seconds=1)) == "CHECKIN_WRONG_DATE"
    assert answer(booking, opens) is True


@pytest.mark.parametrize(
    ("zone", "check_in", "last"),
    [
        # 02:00 does not exist on 10 March in Los Angeles: the first instant after the gap.
        ("America/Los_Angeles", date(2030, 3, 9), datetime(2030, 3, 10, 10, 0, tzinfo=UTC)),
        # 01:30 comes twice on 27 October in Dublin: the later.
        ("Europe/Dublin", date(2030, 10, 26), datetime(2030, 10, 27, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_late_arrival_cutoff_on_a_night_when_the_clocks_change(zone: str, check_in: date, last: datetime) -> None:
    cutoff = "02:00" if zone.startswith("America") else "01:30"
    booking = ready(
        card=a_card(timezone=zone),
        settings=HotelSettings(late_arrival_cutoff=cutoff),
        check_in=check_in,
        check_out=check_in + timedelta(days=3),
    )

    assert answer(booking, last) is True
    assert answer(booking, last + timedelta(seconds=1)) == "CHECKIN_TOO_LATE"


def test_a_booking_without_a_room_cannot_check_in() -> None:
    assert answer(a_booking(), OPENS) == "NO_ROOM_ASSIGNED"


def test_a_repeated_check_in_has_nothing_to_do() -> None:
    assert answer(ready(status=BookingStatus.IN_HOUSE), OPENS) is False


@pytest.mark.parametrize("status", [BookingStatus.PENDING_APPROVAL, BookingStatus.COMPLETED, BookingStatus.CANCELLED])
def test_a_booking_that_is_not_confirmed_is_not_eligible_for_check_in(status: BookingStatus) -> None:
    assert answer(ready(status=status), OPENS) == "BOOKING_NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (BookingStatus.IN_HOUSE, "BOOKING_ALREADY_CHECKED_IN"),
        (BookingStatus.PENDING_APPROVAL, "BOOKING_STATUS_NOT_ASSIGNABLE"),
        (BookingStatus.CANCELLED, "BOOKING_STATUS_NOT_ASSIGNABLE"),
    ],
)
def test_a_room_is_assigned_to_confirmed_bookings_only(status: BookingStatus, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        assign.may_assign(a_booking(status=status), ASSIGN, caller=CLERK)

    assert caught.value.code == code


def test_an_assignment_of_the_same_room_has_nothing_to_do() -> None:
    assert not assign.may_assign(ready(), ASSIGN, caller=CLERK)
    assert assign.may_assign(ready(assigned_room_number="102"), ASSIGN, caller=CLERK)


def overriding(caller: Caller, reason: str) -> bool | str:
    """The decisions about an assignment and a move into a room that is too small."""
    assigning = replace(ASSIGN, override=True, reason=reason)
    moving = MoveRoom(hotel=HOTEL, booking_id=ASSIGN.booking_id, to_room_number="101", override=True, reason=reason)
    answers: set[bool | str] = set()
    for decide in (
        lambda: assign.may_assign(a_booking(), assigning, caller=caller),
        lambda: move.may_move(ready(status=BookingStatus.IN_HOUSE, assigned_room_number="9"), moving, caller=caller),
    ):
        try:
            answers.add(decide())
        except Refusal as refusal:
            answers.add(refusal.code)
    [one] = answers
    return one


def test_an_override_needs_the_permission_and_a_reason() -> None:
    assert overriding(STAFF, "A cot fits in.") is True
    assert overriding(STAFF, " ") == "NOTE_REQUIRED"
    assert overriding(CLERK, "A cot fits in.") == "PERMISSION_DENIED"


def test_a_booking_without_a_room_has_nothing_to_unassign() -> None:
    assert unassign.may_unassign(ready())
    assert not unassign.may_unassign(a_booking())


@pytest.mark.parametrize(
    ("booking", "code", "message"),
    [
        (a_booking(), "NOT_CHECKED_IN", "Booking must be checked in to check out"),
        (
            a_booking(status=BookingStatus.IN_HOUSE),
            "CHECKOUT_FAILED",
            "Booking has no assigned room to checkout from",
        ),
    ],
)
def test_a_booking_without_a_stay_or_a_room_cannot_check_out(booking: Booking, code: str, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_out.may_check_out(booking)

    assert (caught.value.code, caught.value.message) == (code, message)


def test_a_repeated_check_out_has_nothing_to_do() -> None:
    assert not check_out.may_check_out(ready(status=BookingStatus.COMPLETED))
    assert check_out.may_check_out(ready(status=BookingStatus.IN_HOUSE))


@pytest.mark.parametrize(("digits", "draw", "pin"), [(4, 7, "0007"), (6, 12345678, "345678"), (1, 99999, "9999")])
def test_a_room_pin_has_the_hotels_number_of_digits(digits: int, draw: int, pin: str) -> None:
    assert room_pin.format_pin(digits, draw) == pin
