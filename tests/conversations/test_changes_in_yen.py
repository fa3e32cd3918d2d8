"""Changes of a stay in yen, which has no smaller unit: what each moves at Stripe."""

from datetime import timedelta

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.views import BookingDetail
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.values import Context, Money
from tests.conversations.balances import advance, books_agree
from tests.conversations.conftest import PlatformFixture, guest
from tests.conversations.stay_changes import NIGHT, captured
from tests.conversations.test_totals import ADA, DESK, INN, open_inn, stay

YEN = 12000


def test_a_stay_in_yen_is_paid_first_and_refunded_newest_payment_first(fixture: PlatformFixture) -> None:
    open_inn(fixture, str(YEN), "JPY")
    first = fixture.today() + timedelta(days=30)
    dates = {"check_in": first, "check_out": first + 2 * NIGHT}
    created = fixture.platform.ask(CreateBooking(**stay(fixture, guest=ADA, **dates)), Context())
    about = {"hotel": INN, "booking_id": created.booking.id}

    def pay() -> None:
        session = fixture.platform.ask(OpenPaymentSession(**about), guest(created))
        fixture.settle()
        fixture.stripe.pay(session.session_id)
        advance(fixture, timedelta(seconds=3))

    def change(check_out: int, who: Context) -> BookingDetail:
        wish = RequestedChange(check_out=first + check_out * NIGHT)
        return fixture.platform.ask(ChangeBooking(**about, change=wish, pays_first=True), who)

    pay()
    fixture.platform.ask(ApproveBooking(**about), DESK)
    fixture.settle()
    waits = change(3, guest(created)).pending_change
    assert waits
    assert waits.amount == Money(YEN, "JPY")
    pay()
    after = change(1, DESK)
    fixture.settle()

    assert (after.total_amount, after.refund_amount) == (Money(YEN, "JPY"), Money(2 * YEN, "JPY"))
    assert fixture.movements() == [
        ("authorise", 2 * YEN), ("capture", 2 * YEN), ("authorise", YEN), ("capture", YEN), ("refund", YEN),
        ("refund", YEN),
    ]  # fmt: skip
    assert captured(fixture) == YEN
    books_agree(fixture)
