"""Who may change which booking, and what becomes of the difference: status, caller and change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.stay_changes import ChangeBooking, PreviewChange, RequestedChange
from contracts.bookings.stays import CheckOut
from contracts.bookings.views import CreatedBooking
from contracts.values import HotelSettings
from services.bookings.domain import change_rules
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, authorized, captured, opened
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, NOW, STAFF

NIGHT = timedelta(days=1)
CHANGES = {
    "longer": RequestedChange(check_out=CHECK_OUT + NIGHT),
    "shorter": RequestedChange(check_out=CHECK_OUT - NIGHT),
    "party": RequestedChange(adults=1),
    "type": RequestedChange(room_type_code="STE"),  # the nights cost less
    "dates": RequestedChange(check_in=CHECK_IN + NIGHT, check_out=CHECK_OUT + NIGHT),  # the night costs less
    "nothing": RequestedChange(),
}
# The settlement of each change, or the first reason against it. What changes nothing is always allowed. The last column
# is of the other type and of the other dates.
MATRIX = """
    booking         | by    | longer             | shorter            | party              | type, dates
    draft           | guest | none               | none               | none               | none
    draft           | staff | none               | none               | none               | none
    unpaid          | guest | none               | none               | none               | none
    unpaid          | staff | none               | none               | none               | none
    awaits approval | guest | owed               | capture_less       | none               | capture_less
    awaits approval | staff | owed               | capture_less       | none               | capture_less
    approved        | guest | DECISION_MADE      | DECISION_MADE      | DECISION_MADE      | DECISION_MADE
    approved        | staff | DECISION_MADE      | DECISION_MADE      | DECISION_MADE      | DECISION_MADE
    paid            | guest | pay_first          | refund             | none               | refund
    paid            | staff | owed               | refund             | none               | refund
    without a card  | guest | owed               | none               | none               | none
    without a card  | staff | owed               | none               | none               | none
    in house        | guest | CHANGE_NOT_ALLOWED | CHANGE_NOT_ALLOWED | CHANGE_NOT_ALLOWED | CHANGE_NOT_ALLOWED
    in house        | staff | owed               | none               | none               | BOOKING_ALREADY_CHECKED_IN
    has left        | staff | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED
    cancelled       | staff | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED
    declined        | staff | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED
    expired         | staff | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED
    no-show         | staff | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED      | BOOKING_ENDED
"""
# A confirmed booking that a card has paid, its guest's right, who changes it when, and what becomes of a longer stay.
SETTINGS = """
    guest_changes | guest's payment | staff's payment | by    | free hour | longer
    free_hours    | first           | owed            | guest | before    | pay_first
    free_hours    | first           | owed            | guest | after     | CHANGE_NOT_ALLOWED
    free_hours    | owed            | owed            | guest | before    | owed
    free_hours    | first           | first           | staff | before    | pay_first
    free_hours    | first           | first           | staff | after     | pay_first
    free_hours    | first           | owed            | staff | after     | owed
    always        | first           | owed            | guest | after     | pay_first
    always        | owed            | owed            | guest | after     | owed
    never         | first           | owed            | guest | before    | CHANGE_NOT_ALLOWED
    never         | first           | owed            | staff | before    | owed
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()[1:]]


ROWS = rows(MATRIX)


def waiting(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    service.deliver(opened(created.booking.booking_id), authorized(created.booking.booking_id))
    return created


def approved(service: BookingsUnderTest) -> CreatedBooking:
    created = waiting(service)
    service.ask(ApproveBooking(**about(created.booking.booking_id)))
    return created


def paid(service: BookingsUnderTest) -> CreatedBooking:
    created = approved(service)
    service.deliver(captured(created.booking.booking_id))
    return created


def without_a_card(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    service.ask(ConfirmBooking(**about(created.booking.booking_id)))
    return created


def has_left(service: BookingsUnderTest) -> CreatedBooking:
    created = service.in_house()
    service.ask(CheckOut(**about(created.booking.booking_id)))
    return created


def cancelled(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    service.ask(CancelBooking(**about(created.booking.booking_id)))
    return created


def declined(service: BookingsUnderTest) -> CreatedBooking:
    created = waiting(service)
    service.ask(DeclineBooking(**about(created.booking.booking_id)))
    return created


def expired(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    service.pass_time(hours=1)
    service.tick(apply_due_deadline)
    return created


def no_show(service: BookingsUnderTest) -> CreatedBooking:
    created = paid(service)
    service.at(ARRIVES + timedelta(hours=22))
    service.tick(apply_due_deadline)
    return created


BEGIN: dict[str, Callable[[BookingsUnderTest], CreatedBooking]] = {
    "draft": lambda service: service.book(draft=True),
    "unpaid": lambda service: service.book(),
    "awaits approval": waiting,
    "approved": approved,
    "paid": paid,
    "without a card": without_a_card,
    "in house": lambda service: service.in_house(),
    "has left": has_left,
    "cancelled": cancelled,
    "declined": declined,
    "expired": expired,
    "no-show": no_show,
}


@pytest.mark.parametrize(("booking", "by", "outcomes"), [(row[0], row[1], row[2:]) for row in ROWS])
def test_who_may_change_what(service: BookingsUnderTest, booking: str, by: str, outcomes: tuple[str, ...]) -> None:
    for (kind, change), expected in zip(CHANGES.items(), (*outcomes, outcomes[-1], "none"), strict=True):
        service.at(NOW)
        created = BEGIN[booking](service)
        booking_id = created.booking.booking_id
        caller = guest_of(created) if by == "guest" else STAFF
        version = service.stored(booking_id).version

        offer = service.ask(PreviewChange(**about(booking_id, change=change)), caller)
        try:
            service.ask(ChangeBooking(**about(booking_id, change=change, page_closed=True, pays_first=True)), caller)
            outcome = str(offer.settlement)
        except Refusal as refusal:
            outcome = refusal.code

        assert (kind, outcome) == (kind, expected)
        assert offer.allowed == (expected == expected.lower())
        assert [each.code for each in offer.refusals[:1]] == ([] if offer.allowed else [expected])
        unchanged = kind == "nothing" or not offer.allowed
        assert (service.stored(booking_id).version == version) == unchanged


@pytest.mark.parametrize("row", rows(SETTINGS))
def test_the_settings_say_who_changes_a_paid_booking_and_who_pays_first(
    service: BookingsUnderTest, row: tuple[str, ...]
) -> None:
    right, guest_pays, staff_pay, by, hour, outcome = row
    settings = HotelSettings(guest_changes=right, change_payment_guest=guest_pays, change_payment_staff=staff_pay)
    service.rooms.held = replace(service.rooms.held, settings=settings)
    created = paid(service)
    service.at(ARRIVES - timedelta(hours=25 if hour == "before" else 2))
    request = about(created.booking.booking_id, change=CHANGES["longer"])

    offer = service.ask(PreviewChange(**request), guest_of(created) if by == "guest" else STAFF)

    refused = [refusal.code for refusal in offer.refusals]
    assert (refused or [str(offer.settlement)]) == [outcome]


def test_a_refusal_that_is_not_there_is_found(service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the rules, a guest changes a stay in house."""
    monkeypatch.setattr(change_rules, "refusals", lambda *_, **__: ())
    created = service.in_house()

    offer = service.ask(
        PreviewChange(**about(created.booking.booking_id, change=CHANGES["shorter"])), guest_of(created)
    )

    assert offer.allowed
