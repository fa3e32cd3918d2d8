"""The lifecycle table: every other transition is refused, and every event has an effect."""

from dataclasses import Field, fields
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingApproved, BookingConfirmed
from contracts.bookings.events import BookingCancelled, BookingPaymentFailed
from contracts.bookings.refunds import BookingRefunded
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import GuestCheckedOut
from contracts.bookings.undo import CheckOutUndone, NoShowUndone
from contracts.bookings.views import InHouse
from contracts.values import Money
from services.bookings.domain import effects, evolution
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF, ENDED, LIFECYCLE
from tests.unit.bookings.builders import ANNA, CHECK_OUT, HOTEL, NOW, a_booking, awaiting_approval, eur, unpaid

ABOUT = {"booking_id": "BK-2030-ABCDEF", "hotel": HOTEL}
COPIES = [event for event, effect in evolution._EFFECTS.items() if effect not in vars(effects).values()]


def test_every_event_of_the_table_has_an_effect_and_no_other() -> None:
    assert {event for _, event, _ in LIFECYCLE} == set(evolution._EFFECTS)


def of_same_type(event_hint: Any, booking_hint: Any) -> bool:
    allowed = get_args(booking_hint) or (booking_hint,)
    return all(issubclass(kind, allowed) for kind in get_args(event_hint) or (event_hint,))


@pytest.mark.parametrize("event", COPIES)
def test_a_copied_field_is_one_of_the_event_and_has_its_type_in_the_booking(event: type[Any]) -> None:
    of_event, of_booking = get_type_hints(event), get_type_hints(Booking)

    changes = evolution._EFFECTS[event](a_booking(), SimpleNamespace(**{each.name: each for each in fields(event)}))

    copies = {name: source.name for name, source in changes.items() if isinstance(source, Field)}
    assert changes.keys() <= {each.name for each in fields(Booking)}
    assert [name for name, source in copies.items() if not of_same_type(of_event[source], of_booking[name])] == []


def test_every_status_is_reached() -> None:
    led_to = {becomes for status, _, becomes in LIFECYCLE if status is not becomes}

    assert led_to == set(BookingStatus)


def test_only_an_undo_leaves_an_ended_status() -> None:
    assert [row for row in LIFECYCLE if row[0] in ENDED and row[2] is not row[0]] == [
        (BookingStatus.COMPLETED, CheckOutUndone, BookingStatus.IN_HOUSE),
        (BookingStatus.NO_SHOW, NoShowUndone, BookingStatus.CONFIRMED),
    ]
    assert ENDED - {BookingStatus.COMPLETED} == CALLED_OFF


def test_a_transition_that_the_table_leaves_out_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        LIFECYCLE.after(BookingStatus.CONFIRMED, BookingApproved)

    assert caught.value.code == "ILLEGAL_TRANSITION"


def test_an_event_raises_the_version_and_dates_the_booking() -> None:
    later = NOW + timedelta(hours=1)
    event = BookingApproved(
        **ABOUT, payment_id="p", decision_made_at=NOW, decision_made_by=ANNA, status=BookingStatus.PENDING_APPROVAL
    )

    after = evolution.evolve(awaiting_approval(), event, at=later)

    assert (after.version, after.updated_at, after.decision_made_by) == (5, later, ANNA)


def test_a_failed_capture_clears_the_decision() -> None:
    event = BookingPaymentFailed(
        **ABOUT, reason_code="card_declined", failed_at=NOW, expires_at=NOW, status=BookingStatus.PENDING_PAYMENT
    )

    after = evolution.evolve(awaiting_approval(decision_made_at=NOW, decision_made_by=ANNA), event, at=NOW)

    assert (after.decision_made_at, after.decision_made_by, after.payment_status) == (None, None, "FAILED")
    assert after.expires_at == NOW


def test_a_booking_confirmed_without_a_card_owes_the_whole_stay() -> None:
    event = BookingConfirmed(**ABOUT, confirmed_at=NOW, confirmed_by=ANNA, status=BookingStatus.CONFIRMED)

    after = evolution.evolve(unpaid(), event, at=NOW)

    assert (after.balance_due, after.captured, after.paid_at) == (after.total, None, None)


def test_a_paid_and_confirmed_booking_owes_nothing() -> None:
    event = BookingConfirmed(**ABOUT, confirmed_at=NOW, confirmed_by=ANNA, paid_at=NOW, status=BookingStatus.CONFIRMED)

    after = evolution.evolve(awaiting_approval(), event, at=NOW)

    assert (after.balance_due, after.captured, after.payment_status) == (None, after.total, "CAPTURED")


def test_a_guest_owes_what_a_partial_capture_left() -> None:
    booking = awaiting_approval()
    event = BookingConfirmed(
        **ABOUT,
        confirmed_at=NOW,
        confirmed_by=ANNA,
        paid_at=NOW,
        captured=Money(4000, "EUR"),
        status=BookingStatus.CONFIRMED,
    )

    after = evolution.evolve(booking, event, at=NOW)

    assert (after.captured, after.balance_due) == (Money(4000, "EUR"), booking.total - Money(4000, "EUR"))


@pytest.mark.parametrize(
    ("booking", "owed"),
    [(a_booking(assigned_room_number="101"), 0), (a_booking(payment_status="NONE", captured=None), 500)],
)
def test_a_cancelled_booking_has_no_room_and_owes_its_fee_where_no_card_paid(booking: Booking, owed: int) -> None:
    event = BookingCancelled(
        **ABOUT, cancelled_at=NOW, cancelled_by=ANNA, fee=eur(500), refund=eur(0), status=BookingStatus.CANCELLED
    )

    after = evolution.evolve(booking, event, at=NOW)

    assert (after.assigned_room_number, after.balance_due, after.refund_status) == (None, eur(owed), None)


def test_a_check_out_deletes_the_secrets() -> None:
    booking = a_booking(
        status=BookingStatus.IN_HOUSE, in_house=InHouse(wifi_ssid="s", wifi_password="p", room_pin="1234")
    )
    event = GuestCheckedOut(
        **ABOUT,
        room_number="101",
        checked_out_at=NOW,
        checked_out_by=ANNA,
        check_out=CHECK_OUT,
        status=BookingStatus.COMPLETED,
    )

    assert evolution.evolve(booking, event, at=NOW).in_house is None


def test_refunds_add_up_to_what_was_captured() -> None:
    def refund(booking: Booking, amount: int) -> Booking:
        event = BookingRefunded(
            **ABOUT, amount=eur(amount), refund_reference="re", refunded_at=NOW, status=booking.status
        )
        return evolution.evolve(booking, event, at=NOW)

    part = refund(a_booking(), 10000)
    whole = refund(part, 24880)

    assert (part.payment_status, part.refund_amount) == ("PARTIALLY_REFUNDED", eur(10000))
    assert (whole.payment_status, whole.refund_amount, whole.refund_status) == ("REFUNDED", eur(34880), "SUCCEEDED")


def test_no_event_carries_the_guests_data() -> None:
    personal = {"guest", "email", "phone", "first_name", "last_name", "reason_note", "room_pin", "in_house"}

    assert not [event for event in evolution._EFFECTS if personal & {field.name for field in fields(event)}]
