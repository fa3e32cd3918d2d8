"""Changes of booked stays: the bookings, the requests, and the movements at the provider."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.stay_changes import ChangeBooking, ExpectedChange, PreviewChange, RequestedChange
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import ClosePaymentPage
from contracts.values import Context, rounded
from services.bookings.lifecycle import CALLED_OFF
from tests.conversations.balances import about
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

NIGHT = timedelta(days=1)
AMOUNTS = (
    "captured", "refunded", "settled", "served", "balance_due", "cancellation_fee", "change_fees", "waived",
    "desk_refund_due", "desk_refunded",
)  # fmt: skip


def booked(fixture: PlatformFixture, nights: int = 3, **more: Any) -> CreatedBooking:
    """A confirmed booking in thirty days, paid by card."""
    created = waiting(fixture, nights, **more)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    return created


def unpaid(fixture: PlatformFixture, nights: int = 2) -> CreatedBooking:
    """A booking in thirty days that waits for its payment."""
    first = fixture.today() + timedelta(days=30)
    return fixture.book(check_in=first, check_out=first + nights * NIGHT)


def waiting(fixture: PlatformFixture, nights: int = 3, **more: Any) -> CreatedBooking:
    """A booking in thirty days that waits for approval."""
    first = fixture.today() + timedelta(days=30)
    created = fixture.book(**{"check_in": first, "check_out": first + nights * NIGHT, **more})
    fixture.pay(created)
    return created


def wished(created: CreatedBooking, *, later: int = 0, longer: int = 0, **more: Any) -> RequestedChange:
    """The stay of the booking as made, so many nights later, and so many nights longer."""
    booking = created.booking
    dates = {"check_in": booking.check_in + later * NIGHT, "check_out": booking.check_out + (later + longer) * NIGHT}
    return RequestedChange(**dates | more)


def preview(
    fixture: PlatformFixture, created: CreatedBooking, change: RequestedChange, by: Context = STAFF
) -> ChangePreview:
    return fixture.platform.ask(PreviewChange(**about(created), change=change), by)


def change(
    fixture: PlatformFixture, created: CreatedBooking, wish: RequestedChange, by: Context = STAFF, **expected: Any
) -> BookingDetail:
    offer = preview(fixture, created, wish, by)
    command = ChangeBooking(**about(created), change=wish, expected=ExpectedChange(**expected))
    after = as_the_gateway_asks(fixture, command, by)
    fixture.settle()
    assert (after.total_amount, after.balance_due) == (offer.new_total, offer.balance_due)
    return fixture.booking(created)


def as_the_gateway_asks(fixture: PlatformFixture, command: ChangeBooking, by: Context) -> BookingDetail:
    """A page on which the old total can be paid is closed first."""
    try:
        return fixture.platform.ask(command, by)
    except Refusal as refused:
        if refused.code != "PAYMENT_PAGE_OPEN":
            raise
    closed = fixture.platform.ask(ClosePaymentPage(hotel=command.hotel, booking_id=command.booking_id), by)
    if closed.paid:
        raise Refusal("PAYMENT_UNDER_WAY", "")
    return fixture.platform.ask(replace(command, page_closed=True), by)


def refusal(fixture: PlatformFixture, created: CreatedBooking, wish: RequestedChange, by: Context = STAFF) -> Refusal:
    before = fixture.booking(created)
    with pytest.raises(Refusal) as refused:
        fixture.platform.ask(ChangeBooking(**about(created), change=wish), by)
    fixture.settle()
    assert fixture.booking(created).version == before.version
    return refused.value


def other_type(fixture: PlatformFixture, created: CreatedBooking) -> str:
    return next(code for code in fixture.room_types() if code != created.booking.room_type_code)


def equation_holds(fixture: PlatformFixture, created: CreatedBooking) -> None:
    """Asserts, at rest, the one equation of the booking's money, and that the provider has moved that money."""
    with fixture.platform.services["bookings"].engine.connect() as connection:
        statement = sa.text("SELECT * FROM booking WHERE id = :id")
        row = connection.execute(statement, {"id": created.booking.id}).one()
    amounts = {name: getattr(row, name) or 0 for name in AMOUNTS}
    has = amounts["captured"] - amounts["refunded"]
    price = 0 if row.status in CALLED_OFF else row.total_amount - amounts["waived"]
    costs = price + amounts["cancellation_fee"] + amounts["change_fees"] + amounts["served"]
    at_desk = amounts["settled"] - amounts["desk_refund_due"] - amounts["desk_refunded"]
    assert has + at_desk + amounts["balance_due"] == costs, dict(amounts, costs=costs, status=row.status)
    assert (row.refund_amount or 0) == amounts["refunded"], dict(amounts, refund_amount=row.refund_amount)
    assert captured(fixture) == has, "the provider has moved other money"


def total_is_that_of_its_nights(fixture: PlatformFixture, created: CreatedBooking) -> None:
    """Asserts that the stored price is a fresh addition of the nights of the stay, less the discount, with tax."""
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        booking = work.bookings.find(HOTEL, created.booking.id)
    price = booking.terms.price
    net = sum(night.amount for night in price.nights) - price.discount.amount
    assert len(price.nights) == booking.stay.nights
    assert price.total.amount == net + rounded(net * price.tax_percent / 100, price.total.currency).amount


def captured(fixture: PlatformFixture) -> int:
    """The minor units that the provider's journal has as captured and not refunded."""
    signs = {"capture": 1, "refund": -1, "refund_failed": 1}
    return sum(signs.get(kind, 0) * amount for kind, amount in fixture.movements())
