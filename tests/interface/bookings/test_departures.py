"""Check-out with its warnings, and payment after the stay."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.queries import GetBooking, GetPayable
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut
from contracts.bookings.views import CreatedBooking, DepartureWarning
from contracts.payments.events import PaymentAuthorized, PaymentCaptured, PaymentPurpose
from contracts.rooms.occupancy import MoveOut
from contracts.values import Money
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import CHECK_IN, NOW, a_price, eur, held

ONE_NIGHT = {"check_in": CHECK_IN, "check_out": CHECK_IN + timedelta(days=1)}
TONIGHT = DepartureWarning(code="LEAVES_EARLY", nights=(CHECK_IN,))


def priced(total: Money) -> Any:
    nothing = Money(0, total.currency)
    return held(
        price=a_price(nights=(total,), subtotal=total, discount=nothing, tax=nothing, total=total, first_night=total)
    )


def owes(total: Money) -> DepartureWarning:
    return DepartureWarning(code="BALANCE_DUE", amount=total)


def staying(service: BookingsUnderTest, total: Money) -> CreatedBooking:
    """A guest of one night who arrived in the afternoon, and owes the night."""
    service.rooms.held = priced(total)
    return service.in_house(**ONE_NIGHT)


AMOUNTS = [eur(13080), Money(12000, "JPY")]


@pytest.mark.parametrize("total", AMOUNTS)
def test_a_check_out_that_is_not_confirmed_answers_the_warnings_and_changes_nothing(
    service: BookingsUnderTest, total: Money
) -> None:
    booking_id = staying(service, total).booking.booking_id
    before, events = service.stored(booking_id), service.events(booking_id)

    reply = service.ask(CheckOut(**about(booking_id, confirm=False)))

    assert reply.departure_warnings == (owes(total), TONIGHT)
    assert reply.status is BookingStatus.IN_HOUSE
    assert (service.stored(booking_id), service.events(booking_id)) == (before, events)
    assert MoveOut not in [type(ask) for ask in service.rooms.asks]


@pytest.mark.parametrize("total", AMOUNTS)
def test_a_check_out_answers_the_same_warnings_also_when_repeated(service: BookingsUnderTest, total: Money) -> None:
    booking_id = staying(service, total).booking.booking_id

    left = service.ask(CheckOut(**about(booking_id)))
    service.pass_time(days=3)
    again = service.ask(CheckOut(**about(booking_id)))

    assert left.status is again.status is BookingStatus.COMPLETED
    assert left.departure_warnings == again.departure_warnings == (owes(total), TONIGHT)


def test_a_guest_who_paid_and_leaves_on_time_has_no_warning(service: BookingsUnderTest) -> None:
    booking_id = staying(service, eur(13080)).booking.booking_id
    service.ask(SettleBalance(**about(booking_id)))
    service.at(datetime(2030, 6, 10, 23, 0, tzinfo=UTC))  # midnight in Dublin

    assert service.ask(CheckOut(**about(booking_id))).departure_warnings == ()


def test_a_check_out_that_would_be_refused_is_refused_without_confirmation_too(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id

    assert refused(service, CheckOut(**about(booking_id, confirm=False))) == "NOT_CHECKED_IN"


@pytest.mark.parametrize("total", AMOUNTS)
def test_a_guest_who_owes_can_pay_after_the_stay(service: BookingsUnderTest, total: Money) -> None:
    created = staying(service, total)
    booking_id, guest = created.booking.booking_id, guest_of(created)
    service.ask(CheckOut(**about(booking_id)))
    service.pass_time(days=5)

    payable = service.ask(GetPayable(**about(booking_id)), guest)
    assert (payable.payable, payable.amount, payable.purpose) == (True, total, PaymentPurpose.EXTENSION)

    paid = about(booking_id, payment_id="pay-9", purpose=PaymentPurpose.EXTENSION, payment_intent_id="pi_9")
    service.deliver(
        PaymentAuthorized(**paid, amount=total, authorized_at=NOW),
        PaymentCaptured(**paid, amount=total, captured_at=NOW),
    )

    booking = service.ask(GetBooking(**about(booking_id)), guest)
    assert (booking.status, booking.balance_due.amount) == (BookingStatus.COMPLETED, 0)
    assert service.stored(booking_id).captured == total.amount
    assert not service.ask(GetPayable(**about(booking_id)), guest).payable
    assert refused(service, CancelBooking(**about(booking_id)), guest) == "BOOKING_ENDED"


def test_a_token_pays_until_it_dies_thirty_days_after_the_stay(service: BookingsUnderTest) -> None:
    created = staying(service, eur(13080))
    booking_id, guest = created.booking.booking_id, guest_of(created)
    service.ask(CheckOut(**about(booking_id)))

    service.pass_time(days=30, microseconds=-1)
    assert service.ask(GetPayable(**about(booking_id)), guest).payable
    service.pass_time(microseconds=1)
    assert refused(service, GetPayable(**about(booking_id)), guest) == "INVALID_TOKEN"


def test_the_last_day_of_a_stay_is_hotel_local(service: BookingsUnderTest) -> None:
    booking_id = staying(service, eur(13080)).booking.booking_id
    service.at(datetime(2030, 6, 10, 22, 59, tzinfo=UTC))  # 23:59 in Dublin

    warned = service.ask(CheckOut(**about(booking_id, confirm=False))).departure_warnings

    assert [each.nights for each in warned] == [(), (date(2030, 6, 10),)]
