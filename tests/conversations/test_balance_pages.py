"""The payment page of a balance while the guest stays: paid, settled at the desk, replaced, expired, refunded."""

from datetime import timedelta

from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut
from tests.conversations.balances import (
    about,
    advance,
    books_agree,
    extend,
    page,
    pays,
    published,
    status_of,
    staying,
)
from tests.conversations.conftest import STAFF, PlatformFixture


def test_a_balance_settled_at_the_desk_closes_the_payment_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 1)
    session = page(fixture, created)

    after = fixture.platform.ask(SettleBalance(**about(created), note="Cash."), STAFF)
    fixture.settle()

    assert after.balance_due.amount == 0
    assert status_of(fixture, session) == "SESSION_EXPIRED"
    assert fixture.booking(created).payment_status == "CAPTURED"


def test_a_payment_made_while_the_desk_settles_the_balance_is_voided(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 1)
    session = page(fixture, created)

    fixture.stripe.pay(session.session_id)
    fixture.platform.ask(SettleBalance(**about(created)), STAFF)
    fixture.settle()

    assert published(fixture, created, "BalanceSettled", "BalancePaymentRefused", "BalancePaid")[0] == "BalanceSettled"
    assert "BalancePaid" not in fixture.platform.event_names(created.booking.id)
    assert [kind for kind, _ in fixture.movements()][-2:] == ["authorise", "void"]
    assert fixture.booking(created).balance_due.amount == 0
    books_agree(fixture)


def test_a_payment_page_for_too_little_is_closed_before_another_opens(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    first = extend(fixture, created, 1).balance_due
    old = page(fixture, created)
    both = extend(fixture, created, 1).balance_due

    new = page(fixture, created)

    assert (old.amount, new.amount) == (first, both)
    assert old.session_id != new.session_id
    assert status_of(fixture, old) == "SESSION_EXPIRED"
    pays(fixture, new)
    assert fixture.booking(created).balance_due.amount == 0
    books_agree(fixture)


def test_a_second_extension_is_paid_on_its_own(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    for _ in range(2):
        extend(fixture, created, 1)
        pays(fixture, page(fixture, created))

    assert published(fixture, created, "BalancePaid") == ["BalancePaid"] * 2
    assert [kind for kind, _ in fixture.movements()].count("capture") == 3
    books_agree(fixture)


def test_a_guest_who_leaves_owing_may_pay_on_the_open_payment_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    session = page(fixture, created)

    out = fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()
    assert (out.status, out.balance_due) == (BookingStatus.COMPLETED, owed)
    pays(fixture, session)

    assert fixture.booking(created).balance_due.amount == 0
    assert fixture.booking(created).status is BookingStatus.COMPLETED
    books_agree(fixture)


def test_an_unpaid_payment_page_expires_and_the_balance_stays(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    session = page(fixture, created)

    advance(fixture, timedelta(hours=2))

    assert status_of(fixture, session) == "SESSION_EXPIRED"
    now = fixture.booking(created)
    assert (now.status, now.balance_due, now.payment_status) == (BookingStatus.IN_HOUSE, owed, "CAPTURED")
    assert page(fixture, created).session_id != session.session_id


def test_both_payments_of_a_stay_called_off_with_a_waiver_refund_the_unused_nights(
    fixture: PlatformFixture,
) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 2)
    pays(fixture, page(fixture, created))
    paid = fixture.booking(created).total_amount

    fixture.platform.ask(CancelBooking(**about(created), reason="Called away.", waive_fee=True), STAFF)
    fixture.settle()

    over = fixture.booking(created)
    assert over.cancellation_fee is not None
    assert over.refund_amount is not None
    assert (over.status, over.balance_due.amount, over.refund_status) == (BookingStatus.CANCELLED, 0, "SUCCEEDED")
    moved = fixture.movements()
    taken = sum(amount for kind, amount in moved if kind == "capture")
    given_back = sum(amount for kind, amount in moved if kind == "refund")
    assert (taken, taken - given_back) == (paid.amount, over.cancellation_fee.amount)
    assert over.refund_amount.amount == given_back
    books_agree(fixture)
