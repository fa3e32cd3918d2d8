"""The balance: card payments, settlement at the desk, and failed payments."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    RefundAtDesk,
    RefundedAtDesk,
    SettleBalance,
)
from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.payments.events import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentPurpose,
    PaymentRefunded,
    PaymentVoided,
)
from contracts.values import Money, Price
from services.bookings.domain import balance, cancellation_fees, evolution, payment_events, views
from services.bookings.domain.booking import Booking, Charge
from services.bookings.lifecycle import OWES
from tests.unit.bookings.builders import ANNA, HOTEL, NOW, a_booking, a_price, eur, unpaid

ABOUT: dict[str, Any] = {"booking_id": "BK-2030-ABCDEF", "hotel": HOTEL}
PAID: dict[str, Any] = {**ABOUT, "payment_id": "pay-2", "purpose": PaymentPurpose.EXTENSION}


def priced(amount: Money) -> Price:
    """The price of one night of 34880 minor units, in the currency of the amount."""
    nothing, night = replace(amount, amount=0), replace(amount, amount=34880)
    return a_price(nights=(night,), subtotal=night, discount=nothing, tax=nothing, total=night, first_night=night)


def owing(amount: int = 10900, **overrides: Any) -> Booking:
    usual = {"status": BookingStatus.IN_HOUSE, "assigned_room_number": "101", "balance_due": eur(amount)}
    return a_booking(**usual | overrides)


def charged(*, taken: bool = False, **overrides: Any) -> Booking:
    """A booking of 348.80 that was paid, with another 109.00 accepted."""
    charge = Charge(payment_id="pay-2", amount=eur(10900), refunded=eur(0), taken=taken)
    return owing(0, charges=(charge,), **overrides)


def authorised(amount: int) -> PaymentAuthorized:
    return PaymentAuthorized(**PAID, payment_intent_id="pi", amount=eur(amount), authorized_at=NOW)


def after(booking: Booking, event: BookingEvent) -> Booking:
    return evolution.evolve(booking, replace(event, status=booking.status), at=NOW)


@pytest.mark.parametrize("status", OWES)
@pytest.mark.parametrize("amount", [10900, 900])
def test_an_accepted_payment_reduces_the_balance_at_once(status: BookingStatus, amount: int) -> None:
    booking = owing(status=status)

    (said,) = balance.authorized(booking, authorised(amount), now=NOW)

    assert isinstance(said, BalancePaymentAccepted)
    assert after(booking, said).balance_due == eur(10900 - amount)
    assert balance.authorized(after(booking, said), authorised(amount), now=NOW) == ()


@pytest.mark.parametrize(
    ("booking", "code"),
    [
        (owing(0), "NOTHING_OWED"),
        (owing(10899), "AMOUNT_DIFFERS"),
        (owing(0, status=BookingStatus.CANCELLED), "NOTHING_OWED"),
        (owing(10899, status=BookingStatus.NO_SHOW), "AMOUNT_DIFFERS"),
        (owing(0, status=BookingStatus.CONFIRMED, assigned_room_number=None), "NOTHING_OWED"),
    ],
)
def test_a_payment_above_the_balance_is_refused(booking: Booking, code: str) -> None:
    (said,) = balance.authorized(booking, authorised(10900), now=NOW)

    assert isinstance(said, BalancePaymentRefused)
    assert said.reason_code == code
    assert after(booking, said).balance_due == booking.balance_due


def test_a_captured_balance_payment_counts_once() -> None:
    fact = PaymentCaptured(**PAID, payment_intent_id="pi", amount=eur(10900), captured_at=NOW)
    (said,) = balance.captured(charged(), fact)

    done = after(charged(), said)

    assert isinstance(said, BalancePaid)
    assert (done.captured, done.paid, done.balance_due) == (eur(45780), eur(45780), eur(0))
    assert balance.captured(done, fact) == ()


def test_the_rest_of_a_balance_payment_that_was_captured_in_part_is_owed_again() -> None:
    fact = PaymentCaptured(**PAID, payment_intent_id="pi", amount=eur(4000), captured_at=NOW)
    (said,) = balance.captured(charged(), fact)

    done = after(charged(), said)

    assert (done.captured, done.paid, done.balance_due) == (eur(34880 + 4000), eur(34880 + 4000), eur(6900))
    assert [(charge.amount, charge.taken) for charge in done.charges] == [(eur(4000), True)]
    assert balance.captured(done, fact) == ()


@pytest.mark.parametrize(
    "fact",
    [
        PaymentCaptureFailed(**PAID, reason_code="declined", failed_at=NOW),
        PaymentVoided(**PAID, amount=eur(10900), voided_at=NOW),
    ],
)
def test_an_amount_that_was_not_captured_is_owed_again(fact: PaymentCaptureFailed | PaymentVoided) -> None:
    (said,) = balance.not_taken(charged(), fact, now=NOW)

    again = after(charged(), said)

    assert isinstance(said, BalancePaymentFailed)
    assert (again.balance_due, again.charges) == (eur(10900), ())
    assert balance.not_taken(again, fact, now=NOW) == ()
    assert balance.not_taken(charged(taken=True), fact, now=NOW) == ()


def test_after_a_cancellation_a_failed_payment_is_owed_again_up_to_the_fee() -> None:
    called_off = charged(status=BookingStatus.CANCELLED, cancellation_fee=eur(40000))
    fact = PaymentCaptureFailed(**PAID, reason_code="declined", failed_at=NOW)

    (said,) = balance.not_taken(called_off, fact, now=NOW)

    assert after(called_off, said).balance_due == eur(40000 - 34880)


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.NO_SHOW])
@pytest.mark.parametrize("due", [eur(2500), Money(2500, "JPY")])
def test_a_payment_after_the_end_that_fails_is_owed_again_in_full(status: BookingStatus, due: Money) -> None:
    """A paid stay of which a refund is still under way, with room service left to pay."""
    booking = owing(status=status, balance_due=due, cancellation_fee=replace(due, amount=20000), price=priced(due))
    authorised_due = PaymentAuthorized(**PAID, payment_intent_id="pi", amount=due, authorized_at=NOW)
    fact = PaymentCaptureFailed(**PAID, reason_code="declined", failed_at=NOW)

    accepted = after(booking, balance.authorized(booking, authorised_due, now=NOW)[0])
    (said,) = balance.not_taken(accepted, fact, now=NOW)

    assert accepted.balance_due == replace(due, amount=0)
    assert after(accepted, said).balance_due == due


@pytest.mark.parametrize(("amount", "left"), [(None, 0), ("109.00", 0), ("9.00", 10000), ("0.01", 10899)])
def test_the_desk_settles_the_balance_in_full_or_in_part(amount: str | None, left: int) -> None:
    (said,) = settled(owing(), amount)

    assert isinstance(said, BalanceSettled)
    assert after(owing(), said).balance_due == eur(left)
    assert after(owing(), said).settled == eur(10900 - left)


@pytest.mark.parametrize("amount", ["0", "0.00", "109.01", "1.001", "nine"])
def test_an_invalid_amount_is_not_settled(amount: str) -> None:
    with pytest.raises(Refusal) as caught:
        settled(owing(), amount)

    assert (caught.value.code, caught.value.errors[0]["field"]) == ("VALIDATION_ERROR", "amount")


def test_a_balance_of_zero_is_settled_without_an_event() -> None:
    assert settled(owing(0), None) == ()


@pytest.mark.parametrize("status", OWES)
@pytest.mark.parametrize("due", [eur(10900), Money(10900, "JPY")])
def test_the_balance_of_a_stay_is_payable_for_an_hour_also_after_its_end(status: BookingStatus, due: Money) -> None:
    payable = views.payable(owing(status=status, balance_due=due, price=priced(due)), now=NOW)

    assert (payable.amount, payable.purpose, payable.payable) == (due, PaymentPurpose.EXTENSION, True)
    assert payable.expires_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "booking",
    [
        owing(0),
        owing(0, status=BookingStatus.COMPLETED),
        owing(0, status=BookingStatus.CANCELLED),
        owing(0, status=BookingStatus.CONFIRMED),
        unpaid(price=a_price(total=eur(0))),  # a promotion has taken all of it off
        unpaid(expires_at=NOW),
    ],
)
def test_no_other_balance_is_payable(booking: Booking) -> None:
    payable = views.payable(booking, now=NOW)

    assert (payable.payable, payable.purpose) == (False, PaymentPurpose.BOOKING)


@pytest.mark.parametrize(
    ("booking", "fee", "owed"),
    [
        (owing(), 45780, 10900),
        (charged(), 45780, 0),
        (owing(10900, settled=eur(900)), 45780, 10000),
        (owing(), 20000, 0),
        (owing(45780, captured=None, payment_status="NONE", settled=eur(5000)), 45780, 40780),
    ],
)
def test_a_fee_in_house_above_all_payments_is_owed(booking: Booking, fee: int, owed: int) -> None:
    event = BookingCancelled(**ABOUT, cancelled_at=NOW, cancelled_by=ANNA, fee=eur(fee), refund=eur(0))

    cancelled = evolution.evolve(booking, replace(event, status=BookingStatus.CANCELLED), at=NOW)

    assert cancelled.balance_due == eur(owed)


@pytest.mark.parametrize(
    ("booking", "fee", "refund", "owed"),
    [
        (charged(taken=True, captured=eur(45780)), 45780, 0, 0),
        (charged(taken=True, captured=eur(45780)), 40000, 5780, 0),
        (charged(taken=True, captured=eur(45780)), 20000, 25780, 0),
        (charged(), 20000, 25780, 0),
        (charged(taken=True, captured=eur(45780), served=eur(2500)), 20000, 23280, 0),
        (charged(taken=True, captured=eur(45780), served=eur(2500), settled=eur(2500)), 20000, 25780, 0),
        (owing(2500, served=eur(2500)), 20000, 14880, 2500),
    ],
)
def test_cards_are_refunded_less_fee_and_room_service(booking: Booking, fee: int, refund: int, owed: int) -> None:
    after = cancellation_fees.balance_after(booking, eur(fee))

    assert (after.refund, after.refund_at_desk, after.due) == (eur(refund), eur(0), eur(owed))


def test_what_was_paid_at_the_desk_goes_back_to_cards_as_far_as_they_gave_and_then_at_the_desk() -> None:
    paid_by_both = owing(10900, settled=eur(10900))
    paid_at_the_desk = owing(34880, captured=None, payment_status="NONE", settled=eur(34880))

    by_both = cancellation_fees.balance_after(paid_by_both, eur(0))
    at_the_desk = cancellation_fees.balance_after(paid_at_the_desk, eur(0))

    assert (by_both.refund, by_both.refund_at_desk) == (eur(34880), eur(10900))
    assert (at_the_desk.refund, at_the_desk.refund_at_desk) == (eur(0), eur(34880))


def test_refunds_of_two_payments_add_up() -> None:
    booking = charged(taken=True, captured=eur(45780))
    for payment_id, total, all_told in (("pay-2", 900, 900), ("pay-1", 14880, 15780), ("pay-2", 10900, 25780)):
        fact = PaymentRefunded(
            **ABOUT, payment_id=payment_id, refund_id="re", amount=eur(1), refunded_total=eur(total), refunded_at=NOW
        )
        (said,) = payment_events.refunded(booking, balance.over_all(booking, fact))
        booking = replace(after(booking, said), charges=balance.with_refund(booking, fact))
        assert booking.refunded == eur(all_told)
        assert payment_events.refunded(booking, balance.over_all(booking, fact)) == ()


def settled(booking: Booking, amount: str | None) -> Any:
    return balance.settle(booking, SettleBalance(**ABOUT, amount=amount), by=ANNA, now=NOW)


def test_the_desk_gives_back_what_it_has_to_and_no_more() -> None:
    booking = a_booking(settled=eur(34880), desk_refund_due=eur(2000))
    about = booking.about

    part = balance.refund_at_desk(booking, RefundAtDesk(**about, amount="5.00"), by=ANNA, now=NOW)
    rest = after(booking, *part)
    whole = after(rest, *balance.refund_at_desk(rest, RefundAtDesk(**about), by=ANNA, now=NOW))

    assert [(each.amount, each.desk_refund_due) for each in part if isinstance(each, RefundedAtDesk)] == [
        (eur(500), eur(1500))
    ]
    assert (rest.desk_refund_due, rest.desk_refunded) == (eur(1500), eur(500))
    assert (whole.desk_refund_due, whole.desk_refunded) == (None, eur(2000))
    assert balance.refund_at_desk(whole, RefundAtDesk(**about), by=ANNA, now=NOW) == ()
    with pytest.raises(Refusal, match=r"EUR 15\.00"):
        balance.refund_at_desk(rest, RefundAtDesk(**about, amount="15.01"), by=ANNA, now=NOW)
