"""Changes and the limits of a card: only what the card must take is judged by them, in each currency."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.bookings.change_previews import ChangePreview, Settlement
from contracts.bookings.status import BookingStatus
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import Caller, HotelSettings, Money, Price
from services.bookings.domain import change_previews
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import NOW, a_booking, a_card, a_price, awaiting_approval, unpaid
from tests.unit.bookings.changes import wish

TOO_LARGE = 100_000_000
STAFF = Caller(kind="staff")


def price_of(total: int, currency: str = "EUR") -> Price:
    """One night without tax."""
    nothing, amount = Money(0, currency), Money(total, currency)
    return replace(a_price(), nights=(amount,), subtotal=amount, tax=nothing, total=amount, discount=nothing)


def previewed(booking: Booking, total: int, caller: Caller = STAFF) -> ChangePreview:
    price = price_of(total, booking.total.currency)
    offer = ChangeOffer(room_type_code="DBL", room_type_name="Double", price=price, room=RoomAfterChange.NONE)
    return change_previews.preview(booking, wish(1), offer, refusals=(), caller=caller, now=NOW)


def in_currency(currency: str, total: int, **more: Any) -> Booking:
    return a_booking(card=a_card(currency=currency), price=price_of(total, currency), **more)


AUTHORISED = awaiting_approval(authorized=Money(34880, "EUR"))
WITHOUT_CARD = a_booking(captured=None, payment_status="NONE", balance_due=Money(34880, "EUR"))


@pytest.mark.parametrize(
    ("booking", "total", "code"),
    [
        (unpaid(), 49, "TOTAL_BELOW_MINIMUM"),
        (unpaid(), 50, None),
        (unpaid(), 0, None),
        (unpaid(), TOO_LARGE, "TOTAL_ABOVE_MAXIMUM"),
        (unpaid(status=BookingStatus.DRAFT), 49, "TOTAL_BELOW_MINIMUM"),
        (in_currency("JPY", 12000, status=BookingStatus.PENDING_PAYMENT, payment_status="NONE", captured=None), 49,
         "TOTAL_BELOW_MINIMUM"),
        (AUTHORISED, 49, "TOTAL_BELOW_MINIMUM"),  # so little cannot be captured at the approval
        (AUTHORISED, 50, None),
        (AUTHORISED, 0, None),  # the authorisation is released
        (AUTHORISED, TOO_LARGE, None),  # what is authorised is captured, and the rest is owed
        (a_booking(), 49, None),  # the rest is refunded
        (a_booking(), TOO_LARGE, None),
        (WITHOUT_CARD, 49, None),
    ],
)  # fmt: skip
def test_a_change_is_refused_where_a_card_cannot_take_what_it_must(
    booking: Booking, total: int, code: str | None
) -> None:
    assert [refusal.code for refusal in previewed(booking, total).refusals] == ([code] if code else [])


@pytest.mark.parametrize(
    ("currency", "difference", "settlement"),
    [
        ("EUR", 49, Settlement.OWED),
        ("EUR", 50, Settlement.PAY_FIRST),
        ("JPY", 49, Settlement.OWED),
        ("JPY", 50, Settlement.PAY_FIRST),
        ("EUR", TOO_LARGE, Settlement.OWED),
    ],
)
def test_a_difference_that_a_card_cannot_take_is_owed_where_others_are_paid_first(
    currency: str, difference: int, settlement: Settlement
) -> None:
    booking = in_currency(currency, 12000, settings=HotelSettings(change_payment_staff="first"))

    assert previewed(booking, 12000 + difference).settlement is settlement


def test_a_limit_of_the_hotel_replaces_that_of_the_currency() -> None:
    settings = HotelSettings(change_payment_staff="first", smallest_charge="2.00")

    assert previewed(a_booking(price=price_of(12000), settings=settings), 12199).settlement is Settlement.OWED
