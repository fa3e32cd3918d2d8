"""Fee, refund, balance and lines of a change are amounts that the provider can charge, in every kind of currency."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bookings.status import BookingStatus
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import STEPS, CancellationPolicy, Money, PolicyTier, Price, rounded
from services.bookings.domain import change_fees, change_results
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_results import ChangeResult
from tests.unit.bookings.builders import NOW, a_booking, a_card, a_price
from tests.unit.bookings.changes import FIXED, FLEXIBLE, HALF, LATE, NO_REFUND, wish

CURRENCIES = ("EUR", "JPY", "KWD", "ISK")  # two digits, none, three with steps of ten, steps of a hundred
THIRD = CancellationPolicy(
    kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="PERCENTAGE", value=Decimal("33.33")),)
)
POLICIES = (FLEXIBLE, HALF, FIXED, NO_REFUND, THIRD)
STATUSES = (BookingStatus.CONFIRMED, BookingStatus.PENDING_APPROVAL, BookingStatus.IN_HOUSE)
STEPS_OF_A_NIGHT = st.lists(st.integers(1, 99_999), min_size=1, max_size=5)


def price_of(currency: str, steps: list[int], tax: Decimal) -> Price:
    nights = tuple(Money(count * STEPS.get(currency, 1), currency) for count in steps)
    net = sum(night.amount for night in nights)
    taxes = rounded(net * tax / 100, currency)
    nothing = Money(0, currency)
    amounts = {"subtotal": Money(net, currency), "tax": taxes, "total": Money(net, currency) + taxes}
    return replace(a_price(), nights=nights, discount=nothing, tax_percent=tax, first_night=None, **amounts)


def changed(booking: Booking, price: Price, *, late: bool) -> ChangeResult:
    offer = ChangeOffer(room_type_code="DBL", room_type_name="Double", price=price, room=RoomAfterChange.NONE)
    return change_results.result(booking, wish(len(price.nights)), offer, now=LATE if late else NOW)


def assert_chargeable(result: ChangeResult, late: bool) -> None:
    step = STEPS.get(result.fee.currency, 1)
    booking, price = result.booking, result.offer.price
    lines = change_results.lines(booking, wish(len(price.nights)), result.offer, now=LATE if late else NOW)
    amounts = [result.fee, result.balance.due, result.balance.refund, *(line.amount for line in lines)]
    assert [amount for amount in amounts if amount.amount % step or amount < booking.nothing] == []
    assert sum((line.amount for line in lines), start=booking.nothing) == price.total
    assert result.fee <= max(booking.total - price.total, booking.nothing)


@pytest.mark.parametrize("currency", CURRENCIES)
@given(
    before=STEPS_OF_A_NIGHT,
    after=STEPS_OF_A_NIGHT,
    tax=st.decimals("0", "25", places=2),
    terms=st.tuples(st.sampled_from(POLICIES), st.sampled_from(STATUSES), st.booleans()),
)
def test_every_amount_of_a_change_can_be_charged(
    currency: str,
    before: list[int],
    after: list[int],
    tax: Decimal,
    terms: tuple[CancellationPolicy, BookingStatus, bool],
) -> None:
    policy, status, late = terms
    price = price_of(currency, before, tax)
    booking = a_booking(card=a_card(currency=currency), price=price, policy=policy, status=status)

    assert_chargeable(changed(booking, price_of(currency, after, tax), late=late), late)


def test_a_fee_that_no_provider_charges_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a third of the difference is not rounded to the króna."""
    price = price_of("ISK", [250, 250], Decimal(0))
    booking = a_booking(card=a_card(currency="ISK"), price=price, policy=THIRD)
    monkeypatch.setattr(change_fees, "_fee_of", lambda *_: Money(8333, "ISK"))

    with pytest.raises(AssertionError):
        assert_chargeable(changed(booking, price_of("ISK", [250], Decimal(0)), late=True), late=True)
