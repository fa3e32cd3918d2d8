"""The one equation of a booking's money holds after any series of changes and payments."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bookings.balance import BalancePaid, BalancePaymentAccepted, BalanceSettled, RefundAtDesk, RefundedAtDesk
from contracts.bookings.orders import OrderCompleted, OrderStatus
from contracts.bookings.refunds import BookingRefunded
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import StayChanged
from contracts.bookings.stays import BookingNoShow
from contracts.payments.events import PaymentCaptureFailed, PaymentRefunded, RefundFailed
from contracts.values import CancellationPolicy, Money
from services.bookings.domain import (
    balance,
    cancellation_fees,
    effects,
    evolution,
    money_due,
    payment_events,
)
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import ANNA, NOW, a_booking, eur
from tests.unit.bookings.changes import FIXED, FLEXIBLE, HALF, NO_REFUND, after, changed


def assert_books_balance(booking: Booking) -> None:
    """Asserts the equation of the glossary, from the booking's own fields."""

    def amount(money: Money | None) -> int:
        return 0 if money is None else money.amount

    accepted = sum(charge.amount.amount for charge in booking.charges if not charge.taken)
    promised = max(amount(booking.refund_amount) - amount(booking.refunded), 0)
    at_desk = amount(booking.settled) - amount(booking.desk_refunded)
    has = amount(booking.captured) + at_desk + accepted - amount(booking.refunded)
    called_off = booking.status is BookingStatus.NO_SHOW
    price = 0 if called_off else booking.total.amount - amount(booking.waived)
    costs = price + amount(booking.change_fees) + amount(booking.cancellation_fee) + amount(booking.served)
    assert has - promised - amount(booking.desk_refund_due) + amount(booking.balance_due) == costs
    assert min(amount(booking.balance_due), amount(booking.desk_refund_due), promised) >= 0
    assert not (amount(booking.balance_due) and amount(booking.desk_refund_due)), "an open desk refund is used up first"
    assert amount(booking.refunded) + promised <= amount(booking.captured) + accepted


def accepts(booking: Booking, part: int) -> Booking:
    """A card payment of a part of the balance, in percent, is accepted."""
    due = balance.owed(booking)
    amount = eur(due.amount * part // 100)
    if amount.is_zero:
        return booking
    said = BalancePaymentAccepted(
        **booking.about, payment_id=f"pay-{booking.version}", amount=amount, balance_due=due - amount, accepted_at=NOW
    )
    return after(booking, said)


def captures(booking: Booking, fails: int) -> Booking:
    """The oldest accepted payment is captured, or fails."""
    charge = next((charge for charge in booking.charges if not charge.taken), None)
    if charge is None:
        return booking
    if fails % 2:
        fact = PaymentCaptureFailed(
            **booking.about, payment_id=charge.payment_id, reason_code="declined", failed_at=NOW
        )
        [failed] = balance.not_taken(booking, fact, now=NOW)
        return after(booking, failed)
    paid = BalancePaid(
        **booking.about,
        payment_id=charge.payment_id,
        amount=charge.amount,
        balance_due=balance.owed(booking),
        paid_at=NOW,
    )
    return after(booking, paid)


def settles(booking: Booking, part: int) -> Booking:
    due = balance.owed(booking)
    amount = eur(due.amount * part // 100)
    said = BalanceSettled(**booking.about, amount=amount, balance_due=due - amount, settled_at=NOW, settled_by=ANNA)
    return booking if amount.is_zero else after(booking, said)


def gives_back(booking: Booking, part: int) -> Booking:
    """The desk gives back a part of what it has to, in percent."""
    amount = eur(booking.zero_if_none(booking.desk_refund_due).amount * part // 100)
    if amount.is_zero:
        return booking
    command = RefundAtDesk(**booking.about, amount=amount.text)
    return after(booking, *balance.refund_at_desk(booking, command, by=ANNA, now=NOW))


def serves(booking: Booking, amount: int) -> Booking:
    said = OrderCompleted(
        **booking.about, order_id="o", order_status=OrderStatus.COMPLETED, room_number="101", completed_at=NOW,
        completed_by=ANNA, total=eur(amount),
    )  # fmt: skip
    return after(booking, said)


def returns(booking: Booking, _: int) -> Booking:
    """The promised refunds succeed, as far as the payments are captured."""
    possible = min(money_due.refund_promised(booking), booking.collected)
    said = BookingRefunded(**booking.about, amount=possible, refund_reference="re", refunded_at=NOW)
    return booking if possible.is_zero else after(booking, said)


def dashboard(booking: Booking, part: int) -> Booking:
    """Staff refund a part of what cards have paid on the provider's pages, in percent."""
    return refunded(booking, booking.zero_if_none(booking.refunded) + eur(booking.collected.amount * part // 100))


def refunded(booking: Booking, total: Money) -> Booking:
    """The provider has refunded so much in all; all payments are taken for one."""
    common = {**booking.about, "payment_id": "pay-1", "amount": total, "refunded_total": total, "refund_id": "re"}
    if total < booking.zero_if_none(booking.refunded):
        failure = RefundFailed(**common, reason_code="lost_or_stolen_card", failed_at=NOW)
        return after(booking, *payment_events.refund_failed(booking, failure))
    fact = PaymentRefunded(**common, refunded_at=NOW)
    events = payment_events.refunded(booking, fact)
    owed = payment_events.fee_refunded(booking, fact, charges=booking.charges) if events else ()
    for said in (*events, *owed):
        booking = after(booking, said)
    return booking


def dashboard_fails(booking: Booking, part: int) -> Booking:
    """A part of what was refunded comes back, in percent."""
    before = booking.zero_if_none(booking.refunded)
    return booking if before.is_zero else refunded(booking, before - eur(before.amount * part // 100))


def no_show(booking: Booking) -> Booking:
    charges = cancellation_fees.no_show_charges(booking)
    said = BookingNoShow(
        **booking.about, status=BookingStatus.NO_SHOW, marked_at=NOW, marked_by=ANNA, fee=charges.fee,
        refund=charges.refund, refund_at_desk=charges.refund_at_desk, keeps=charges.keeps,
    )  # fmt: skip
    return after(booking, said)


STEPS = {
    "accept": accepts,
    "capture": captures,
    "settle": settles,
    "serve": serves,
    "return": returns,
    "give back": gives_back,
    "dashboard": dashboard,
    "dashboard fails": dashboard_fails,
}
RATES = st.lists(st.integers(1, 30000), min_size=1, max_size=6)
CHANGES = st.tuples(st.just("change"), RATES, st.booleans(), st.booleans())
PAYMENTS = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 100))
POLICIES = st.sampled_from([FLEXIBLE, HALF, FIXED, NO_REFUND])


def played(booking: Booking, series: list[Any]) -> Booking:
    for name, *values in series:
        if name == "change":
            nights, late, waived = values
            booking = changed(booking, *nights, late=late, waived=waived)
        else:
            booking = STEPS[name](booking, *values)
        assert_books_balance(booking)
        assert booking.zero_if_none(booking.change_fees) <= (booking.first_booked or booking.terms).price.total
    return booking


@settings(max_examples=300, deadline=None)
@given(series=st.lists(CHANGES | PAYMENTS, max_size=12), policy=POLICIES, by_card=st.booleans())
def test_the_books_balance_after_any_series_of_changes_and_payments(
    series: list[Any], policy: CancellationPolicy, by_card: bool
) -> None:
    start = a_booking(policy=policy)
    if not by_card:
        start = replace(start, captured=None, payment_status="NONE", balance_due=start.total)

    booking = played(start, series)

    ended = no_show(booking)
    assert_books_balance(ended)
    after_refund = dashboard(ended, 60)
    assert_books_balance(after_refund)
    assert_books_balance(dashboard_fails(after_refund, 60))
    assert sum(night.amount for night in booking.terms.price.nights) == booking.terms.price.subtotal.amount


def test_an_amount_given_back_that_is_not_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(_: Booking, event: RefundedAtDesk) -> dict[str, Any]:
        return {"desk_refund_due": event.desk_refund_due}

    at_desk = replace(a_booking(policy=HALF), captured=None, payment_status="NONE", settled=a_booking().total)
    series = [("change", [9000], True, False), ("give back", 50)]
    played(at_desk, series)

    monkeypatch.setitem(evolution._EFFECTS, RefundedAtDesk, forgets)
    with pytest.raises(AssertionError):
        played(at_desk, series)


@pytest.mark.parametrize("lost", ["waived", "refund_amount"])
def test_an_amount_that_a_refund_on_the_providers_pages_loses_is_found(
    monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    def loses(booking: Booking, event: BookingRefunded) -> dict[str, Any]:
        return {name: value for name, value in effects.refunded(booking, event).items() if name != lost}

    series = [("dashboard", 30), ("dashboard fails", 50), ("change", [9000], False, False), ("dashboard", 50)]
    played(a_booking(policy=HALF), series)

    monkeypatch.setitem(evolution._EFFECTS, BookingRefunded, loses)
    with pytest.raises(AssertionError):
        played(a_booking(policy=HALF), series)


@pytest.mark.parametrize("lost", ["change_fees", "waived", "refund_amount", "desk_refund_due"])
def test_an_amount_that_a_change_loses_is_found(monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    def loses(booking: Booking, event: StayChanged) -> dict[str, Any]:
        return {name: value for name, value in effects.stay_changed(booking, event).items() if name != lost}

    monkeypatch.setitem(evolution._EFFECTS, StayChanged, loses)
    series = [("change", [9000], True, False), ("change", [30000, 30000], True, True)]
    by_card = a_booking(policy=HALF)
    at_desk = replace(by_card, captured=None, payment_status="NONE", settled=by_card.total)

    with pytest.raises(AssertionError):
        played(at_desk if lost == "desk_refund_due" else by_card, series)
