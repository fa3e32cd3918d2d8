"""A balance that is owed after the stay or the cancellation is paid on the page or at the desk."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.chat import SendChatMessage
from contracts.bookings.orders import AcceptOrder, CompleteOrder, PlaceOrder, WantedItem
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import VerifyPayment
from contracts.rooms.menu import AddMenuItem
from contracts.values import Money
from tests.conversations.balances import (
    about,
    advance,
    books_agree,
    extend,
    money_agrees,
    page,
    pays,
    staying,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest


def left_owing(fixture: PlatformFixture) -> tuple[CreatedBooking, Money]:
    """A guest who left without paying for an added night."""
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    warned = fixture.platform.ask(CheckOut(**about(created)), STAFF).departure_warnings
    fixture.settle()
    assert (warned[0].code, warned[0].amount) == ("BALANCE_DUE", owed)
    return created, owed


def test_a_guest_who_left_owing_pays_on_the_page(fixture: PlatformFixture) -> None:
    created, owed = left_owing(fixture)
    advance(fixture, timedelta(days=20))

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", owed)
    pays(fixture, session)

    verified = fixture.platform.ask(VerifyPayment(**about(created), session_id=session.session_id), guest(created))
    now = fixture.booking(created)
    assert (verified.payment_status, verified.status) == ("CAPTURED", BookingStatus.COMPLETED)
    assert (now.status, now.balance_due.amount, now.can_pay) == (BookingStatus.COMPLETED, 0, False)
    assert fixture.movements()[-2:] == [("authorise", owed.amount), ("capture", owed.amount)]
    with pytest.raises(Refusal, match="BOOKING_ENDED"):
        fixture.platform.ask(SendChatMessage(**about(created), text="x"), guest(created))
    books_agree(fixture)


def owing_a_fee(fixture: PlatformFixture) -> tuple[CreatedBooking, Money]:
    """A guest who has cancelled, and whose card did not pay the fee."""
    created = fixture.book()
    fixture.pay(created)
    fixture.stripe.fault("decline", for_good=True)
    fixture.platform.ask(CancelBooking(**about(created), reason="ill"), guest(created))
    fixture.settle()
    fixture.stripe.lift_faults()
    fee = fixture.booking(created).balance_due
    assert fee.amount > 0
    money_agrees(fixture)
    return created, fee


def test_a_fee_that_the_card_did_not_pay_is_paid_on_the_page(fixture: PlatformFixture) -> None:
    created, fee = owing_a_fee(fixture)

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", fee)
    pays(fixture, session)

    now = fixture.booking(created)
    assert (now.status, now.balance_due.amount, now.cancellation_fee) == (BookingStatus.CANCELLED, 0, fee)
    assert fixture.movements()[-2:] == [("authorise", fee.amount), ("capture", fee.amount)]
    books_agree(fixture)
    money_agrees(fixture)


def test_a_fee_is_paid_partly_at_the_desk_and_the_rest_on_the_page(fixture: PlatformFixture) -> None:
    created, fee = owing_a_fee(fixture)

    fixture.platform.ask(SettleBalance(**about(created), amount="50.00"), STAFF)
    fixture.settle()
    money_agrees(fixture)
    session = page(fixture, created)
    assert session.amount.amount == fee.amount - 5000
    pays(fixture, session)

    assert fixture.booking(created).balance_due.is_zero
    books_agree(fixture)
    money_agrees(fixture)


def test_room_service_left_by_a_stay_called_off_is_paid_on_the_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    item = fixture.platform.ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
    placing = PlaceOrder(**about(created), items=(WantedItem(item_id=item.id, quantity=2),))
    order = fixture.platform.ask(placing, guest(created))
    fixture.platform.ask(AcceptOrder(hotel=HOTEL, order_id=order.id), STAFF)
    fixture.platform.ask(CompleteOrder(hotel=HOTEL, order_id=order.id), STAFF)
    fixture.platform.ask(CancelBooking(**about(created), reason="fire alarm"), STAFF)
    fixture.settle()
    owed = fixture.booking(created).balance_due
    assert owed == order.total
    money_agrees(fixture)

    pays(fixture, page(fixture, created))

    assert fixture.booking(created).balance_due.is_zero
    books_agree(fixture)
    money_agrees(fixture)
