"""Ten changes of one booking, to the cent, by the preview, the booking and Stripe's journal.

A single room costs 97.01 a night with tax, a double one 140.61; LAKES10 takes 10 % off stays of two nights and more.
"""

from datetime import timedelta
from typing import Any

from contracts.bookings.asks import CancelBooking
from contracts.bookings.change_previews import Settlement
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.values import Context, Money
from tests.conversations.balances import about, books_agree, page, pays
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import (
    booked,
    captured,
    change,
    equation_holds,
    preview,
    total_is_that_of_its_nights,
    wished,
)
from tests.conversations.test_any_series_of_changes import as_it_is, examined

NONE, OWED, REFUND = Settlement.NONE, Settlement.OWED, Settlement.REFUND
WAIVED = {"waive_difference": True, "reason": "A broken lift."}
# What changes; then the settlement, the total, the fee, the balance due, all refunds, and Stripe's captures - refunds.
TEN: list[tuple[dict[str, Any], Settlement, str, str, str, str, str]] = [
    ({"longer": 1}, OWED, "388.04", "0.00", "97.01", "0.00", "291.03"),
    ({"longer": -2}, REFUND, "194.02", "0.00", "0.00", "97.01", "194.02"),
    ({"later": 2}, NONE, "194.02", "0.00", "0.00", "97.01", "194.02"),
    ({"room_type_code": "DBL"}, OWED, "281.22", "0.00", "87.20", "97.01", "194.02"),
    ({"longer": 1, **WAIVED}, NONE, "421.83", "0.00", "87.20", "97.01", "194.02"),
    ({"promo_code": "LAKES10"}, NONE, "379.65", "0.00", "45.02", "97.01", "194.02"),
    ({"longer": -2}, REFUND, "140.61", "0.00", "0.00", "150.42", "140.61"),
    ({"later": 1, "by": "guest"}, NONE, "140.61", "0.00", "0.00", "150.42", "140.61"),
    ({"longer": 2}, OWED, "421.83", "0.00", "281.22", "150.42", "140.61"),
    ({"longer": -1, "after": "payment and free hour"}, REFUND, "281.22", "97.01", "0.00", "194.02", "378.23"),
]


def test_ten_changes_to_the_cent(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=3)
    fees = Money(0, "EUR")
    for wish, *expected in TEN:
        fields = {name: value for name, value in wish.items() if name not in ("by", "after")}
        if "after" in wish:
            pays(fixture, page(fixture, created))
            assert captured(fixture) == 42183
            fixture.platform.advance(timedelta(days=30))
        by = guest(created) if "by" in wish else STAFF
        before = as_it_is(fixture, created)

        offer = preview(fixture, created, wished(before, **fields), by)
        after = change(fixture, created, wished(before, **fields), by)

        fees += offer.fee
        assert [offer.settlement, *money(after, offer.fee), major(captured(fixture))] == expected
        assert after.change_fees == fees
        equation_holds(fixture, created)
        total_is_that_of_its_nights(fixture, created)
    examined(fixture)

    cancelled(fixture, created, STAFF)


def cancelled(fixture: PlatformFixture, created: CreatedBooking, by: Context) -> None:
    """Cancelled after the free hour: all fees together are one night as booked last."""
    fixture.platform.ask(CancelBooking(**about(created)), by)
    fixture.settle()

    last = fixture.booking(created)
    assert (last.cancellation_fee, last.refund_amount) == (Money(4360, "EUR"), Money(43164, "EUR"))
    assert captured(fixture) == 9701 + 4360
    equation_holds(fixture, created)
    examined(fixture)
    books_agree(fixture)


def money(booking: BookingDetail, fee: Money) -> list[str]:
    refunds = "0.00" if booking.refund_amount is None else booking.refund_amount.text
    return [booking.total_amount.text, fee.text, booking.balance_due.text, refunds]


def major(minor: int) -> str:
    return Money(minor, "EUR").text
