"""The money of changes: fees, settlements, and the one equation over any series of changes and payments."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bookings.balance import BalancePaid, BalancePaymentAccepted, BalanceSettled
from contracts.bookings.events import BookingEvent
from contracts.bookings.orders import OrderCompleted, OrderStatus
from contracts.bookings.refunds import BookingRefunded
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import RequestedChange, Settlement, StayChanged
from contracts.bookings.stays import BookingNoShow
from contracts.payments.events import PaymentCaptureFailed
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import CancellationPolicy, HotelSettings, Money, PolicyTier, rounded
from services.bookings.domain import (
    balance,
    cancellation_fees,
    change_events,
    change_results,
    change_rules,
    effects,
    evolution,
    money_due,
)
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_results import ChangeResult
from tests.unit.bookings.builders import ANNA, CHECK_IN, NOW, a_booking, a_price, awaiting_approval, eur, unpaid

NIGHT = timedelta(days=1)
LATE = NOW + timedelta(days=9)  # past every free hour
FLEXIBLE = CancellationPolicy(kind="FLEXIBLE", free_until_hours=24)
HALF = CancellationPolicy(kind="MODERATE", free_until_hours=48, percent=Decimal(50))
FIXED = CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(2500)),))
NO_REFUND = CancellationPolicy(kind="NON_REFUNDABLE")


def offered(*nights: int) -> ChangeOffer:
    """The offer of a stay whose nights cost this much without tax."""
    net = sum(nights)
    tax = rounded(Decimal(net * 9) / 100, "EUR")
    price = a_price(nights=tuple(map(eur, nights)), subtotal=eur(net), tax=tax, total=eur(net) + tax)
    return ChangeOffer(room_type_code="DBL", room_type_name="Double", price=price, room=RoomAfterChange.NONE)


def wish(nights: int, **more: Any) -> RequestedChange:
    return RequestedChange(check_out=CHECK_IN + nights * NIGHT, **more)


def result(
    booking: Booking, *nights: int, late: bool = False, first: bool = False, waived: bool = False
) -> ChangeResult:
    change = wish(len(nights), waive_difference=waived)
    return change_results.result(booking, change, offered(*nights), now=LATE if late else NOW, pays_first=first)


def changed(booking: Booking, *nights: int, late: bool = False, waived: bool = False) -> Booking:
    change, outcome = wish(len(nights), waive_difference=waived), result(booking, *nights, late=late, waived=waived)
    event = change_events.stay_changed(booking, change, outcome, by=ANNA, at=NOW)
    fields = change_results.private_fields(booking, change, outcome.offer)
    return replace(after(booking, event), **fields)


def after(booking: Booking, event: BookingEvent) -> Booking:
    return evolution.evolve(booking, replace(event, status=event.status or booking.status), at=NOW)


@pytest.mark.parametrize(
    ("policy", "late", "waived", "fee"),
    [
        (FLEXIBLE, False, False, 0),
        (FLEXIBLE, True, False, 10900),  # the earliest removed night with tax
        (HALF, True, False, 5450),
        (FIXED, True, False, 2500),
        (NO_REFUND, False, False, 10900),
        (NO_REFUND, True, True, 0),
    ],
)
def test_the_fee_of_a_removed_night(policy: CancellationPolicy, late: bool, waived: bool, fee: int) -> None:
    outcome = result(a_booking(policy=policy), 12000, 10000, late=late, waived=waived)

    assert (outcome.difference, outcome.fee) == (eur(-10900), eur(fee))
    assert outcome.balance.refund == eur(10900 - fee)


def test_fees_of_all_changes_are_at_most_that_of_cancelling_the_stay_first_booked() -> None:
    booking = changed(changed(a_booking(policy=FIXED), 12000, 10000, late=True), 12000, late=True)

    assert booking.change_fees == eur(2500)
    assert cancellation_fees.charges(booking, LATE).fee == eur(0)


def test_no_fee_is_more_than_the_amount_by_which_the_total_falls() -> None:
    assert result(a_booking(policy=FIXED), 12000, 10000, 9990, late=True).fee == eur(11)


def test_a_guest_in_house_who_leaves_earlier_pays_the_whole_stay_unless_waived() -> None:
    booking = a_booking(status=BookingStatus.IN_HOUSE)

    assert result(booking, 12000).fee == eur(21800)
    assert result(booking, 12000, waived=True).balance.refund == eur(21800)


@pytest.mark.parametrize(
    ("booking", "nights", "first", "settlement"),
    [
        (a_booking(), (12000, 10000), False, Settlement.REFUND),
        (a_booking(), (12000, 10000, 10000), False, Settlement.NONE),
        (a_booking(), (12000, 10000, 10000, 10000), False, Settlement.OWED),
        (a_booking(), (12000, 10000, 10000, 10000), True, Settlement.PAY_FIRST),
        (a_booking(), (12000, 10000, 10020), True, Settlement.OWED),  # below what a card can take
        (a_booking(balance_due=eur(10900), captured=eur(23980)), (12000, 10000), False, Settlement.NONE),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000), False, Settlement.CAPTURE_LESS),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000, 10000, 10000), False, Settlement.OWED),
        (awaiting_approval(), (12000, 10000), False, Settlement.CAPTURE_LESS),  # authorised by an earlier release
        (unpaid(), (12000, 10000), False, Settlement.NONE),
    ],
)
def test_what_becomes_of_the_difference(
    booking: Booking, nights: tuple[int, ...], first: bool, settlement: Settlement
) -> None:
    assert result(booking, *nights, first=first).settlement is settlement


@pytest.mark.parametrize(("guest", "staff"), [("first", "owed"), ("owed", "first")])
def test_who_pays_first_is_a_setting(guest: str, staff: str) -> None:
    booking = a_booking(settings=HotelSettings(change_payment_guest=guest, change_payment_staff=staff))

    assert change_rules.pays_first(booking, as_guest=True) == (guest == "first")
    assert change_rules.pays_first(booking, as_guest=False) == (staff == "first")
    assert not change_rules.pays_first(replace(booking, captured=None), as_guest=True)


@pytest.mark.parametrize(
    ("booking", "nights", "taken"),
    [
        (awaiting_approval(authorized=eur(34880)), (12000, 10000), 23980),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000, 10000, 10000), 34880),
        (awaiting_approval(), (12000, 10000, 10000), 34880),
        (awaiting_approval(policy=NO_REFUND), (12000, 10000), 34880),  # the fee is captured as well
    ],
)
def test_an_authorisation_is_captured_as_far_as_the_stay_costs(
    booking: Booking, nights: tuple[int, ...], taken: int
) -> None:
    assert money_due.to_capture(changed(booking, *nights)) == eur(taken)


def test_the_parts_of_the_nights_add_up_to_the_new_total() -> None:
    lines = change_results.lines(a_booking(), wish(3), offered(3333, 3333, 3334), now=NOW)

    assert sum((line.amount for line in lines), start=eur(0)) == offered(3333, 3333, 3334).price.total
    assert [line.agreed for line in lines] == [True, True, True]


def assert_books_balance(booking: Booking) -> None:
    """Asserts the equation of the glossary, from the booking's own fields."""

    def amount(money: Money | None) -> int:
        return 0 if money is None else money.amount

    accepted = sum(charge.amount.amount for charge in booking.charges if not charge.taken)
    promised = max(amount(booking.refund_amount) - amount(booking.refunded), 0)
    has = amount(booking.captured) + amount(booking.settled) + accepted - amount(booking.refunded)
    called_off = booking.status is BookingStatus.NO_SHOW
    price = 0 if called_off else booking.total.amount - amount(booking.waived)
    costs = price + amount(booking.change_fees) + amount(booking.cancellation_fee) + amount(booking.served)
    assert has - promised - amount(booking.desk_refund_due) + amount(booking.balance_due) == costs
    assert min(amount(booking.balance_due), amount(booking.desk_refund_due), promised) >= 0
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


def no_show(booking: Booking) -> Booking:
    charges = cancellation_fees.no_show_charges(booking)
    said = BookingNoShow(
        **booking.about, status=BookingStatus.NO_SHOW, marked_at=NOW, marked_by=ANNA, fee=charges.fee,
        refund=charges.refund, refund_at_desk=charges.refund_at_desk, keeps=charges.keeps,
    )  # fmt: skip
    return after(booking, said)


STEPS = {"accept": accepts, "capture": captures, "settle": settles, "serve": serves, "return": returns}
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

    assert_books_balance(no_show(booking))
    assert sum(night.amount for night in booking.terms.price.nights) == booking.terms.price.subtotal.amount


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
