"""Staff refund money of a living booking in Stripe's dashboard: it was not promised, and the guest does not owe it."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetTimeline
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Money
from hotelmate.invariants.catalogue import examine
from tests.conversations.balances import about, books_agree, money_agrees
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.stay_changes import NIGHT, booked, change, equation_holds, wished
from tests.conversations.test_any_series_of_changes import examined
from tests.conversations.test_invariants import examination
from tests.conversations.test_refunds import REFUND_FAILS
from tests.conversations.test_refunds_in_the_dashboard import cancel, refund_in_the_dashboard

PART = 3000


def amounts(booking: BookingDetail) -> tuple[int, int, int]:
    """What was refunded, is waived and is owed, in minor units."""
    sums = (booking.refund_amount, booking.waived, booking.balance_due)
    return tuple(0 if each is None else each.amount for each in sums)  # type: ignore[return-value]


def confirmed(fixture: PlatformFixture, card: str = "4242424242424242", *, begins: int = 0) -> CreatedBooking:
    """A confirmed booking of three nights, paid by this card."""
    first = fixture.today() + timedelta(days=begins)
    created = fixture.book(check_in=first, check_out=first + 3 * NIGHT)
    fixture.pay(created, card=card)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    return created


def test_what_staff_refund_in_the_dashboard_is_waived_and_not_owed_again(fixture: PlatformFixture) -> None:
    created = booked(fixture)

    refund_in_the_dashboard(fixture, PART)
    fixture.settle()

    after = fixture.booking(created)
    assert (after.status, amounts(after)) == (BookingStatus.CONFIRMED, (PART, PART, 0))
    assert (after.refund_status, after.warnings) == ("SUCCEEDED", ())
    items = fixture.platform.ask(GetTimeline(**about(created)), STAFF).items
    [entry] = [item for item in items if item.what == "BookingRefunded"]
    assert [(change.field, change.to_value) for change in entry.changes] == [("waived", "EUR 30.00")]
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)


def test_doctor_finds_a_refund_that_is_not_waived_and_the_migration_waives_it(fixture: PlatformFixture) -> None:
    """As an earlier version has left it."""
    created = booked(fixture)
    refund_in_the_dashboard(fixture, PART)
    fixture.settle()
    forget = "UPDATE booking SET waived = NULL, extra_refunded = NULL"
    waive = import_module("services.bookings.migrations.versions.0028_refunds").WAIVE_EXTRA_REFUNDS

    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.exec_driver_sql(forget)
    with examination(fixture) as (context, _):
        assert [each.subject for each in examine(context, only=("I10",))] == [created.booking.id]
    for _ in range(2):
        with fixture.platform.services["bookings"].engine.begin() as connection:
            connection.exec_driver_sql(waive)

    assert amounts(fixture.booking(created)) == (PART, PART, 0)
    with examination(fixture) as (context, _):
        assert examine(context, only=("I10",)) == []


def test_webhooks_that_come_twice_and_in_another_order_waive_nothing_twice(fixture: PlatformFixture) -> None:
    created = booked(fixture)
    refund_in_the_dashboard(fixture, PART)
    refund_in_the_dashboard(fixture, 500)
    fixture.stripe.wait_until_delivered()
    webhooks = fixture.webhooks.take()
    assert len(webhooks) > 2

    for body, signature in (*reversed(webhooks), *webhooks):
        fixture.platform.ask(StoreWebhook(body=body, signature=signature))
        fixture.platform.run_until_idle()
    fixture.settle()

    assert amounts(fixture.booking(created)) == (PART + 500, PART + 500, 0)
    equation_holds(fixture, created)
    books_agree(fixture)


def test_a_dearer_change_after_a_refund_in_the_dashboard_costs_the_difference_only(fixture: PlatformFixture) -> None:
    created = booked(fixture)
    refund_in_the_dashboard(fixture, PART)
    fixture.settle()

    after = change(fixture, created, wished(created, longer=1))

    assert after.balance_due == after.total_amount - created.booking.total_amount
    equation_holds(fixture, created)


def refunded_then_changed(fixture: PlatformFixture, created: CreatedBooking) -> None:
    refund_in_the_dashboard(fixture, PART)
    fixture.settle()
    change(fixture, created, wished(created, longer=-1))


def refunded_and_changed_at_once(fixture: PlatformFixture, created: CreatedBooking) -> None:
    refund_in_the_dashboard(fixture, PART)
    change(fixture, created, wished(created, longer=-1))


def changed_then_refunded(fixture: PlatformFixture, created: CreatedBooking) -> None:
    change(fixture, created, wished(created, longer=-1))
    refund_in_the_dashboard(fixture, PART)
    fixture.settle()


@pytest.mark.parametrize(
    ("order", "waived"),
    [(refunded_then_changed, 0), (refunded_and_changed_at_once, 0), (changed_then_refunded, PART)],
)
def test_a_refund_of_a_cheaper_change_is_counted_once_beside_one_in_the_dashboard(
    fixture: PlatformFixture, order: Callable[[PlatformFixture, CreatedBooking], None], waived: int
) -> None:
    """A refund that was made before the change is a part of what the change returns; a later one comes on top."""
    created = booked(fixture)

    order(fixture, created)
    fixture.settle()

    after = fixture.booking(created)
    cheaper = (created.booking.total_amount - after.total_amount).amount
    assert amounts(after) == (cheaper + waived, waived, 0)
    equation_holds(fixture, created)
    books_agree(fixture)


def test_a_refund_in_the_dashboard_that_fails_is_not_waived_and_not_tried_again(fixture: PlatformFixture) -> None:
    created = confirmed(fixture, REFUND_FAILS, begins=30)

    refund_in_the_dashboard(fixture, PART)
    fixture.settle()

    after = fixture.booking(created)
    assert "BookingRefundFailed" in fixture.platform.event_names(created.booking.id)
    assert (amounts(after), after.refund_status, after.payment_status) == ((0, 0, 0), None, "CAPTURED")
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        fixture.platform.ask(RetryRefund(**about(created)), STAFF)
    equation_holds(fixture, created)
    books_agree(fixture)


def test_a_refund_of_a_fee_that_fails_is_not_owed_again(fixture: PlatformFixture) -> None:
    created = confirmed(fixture, REFUND_FAILS)
    fixture.stripe.fault("refund", starts="succeeded", times=1)
    cancel(fixture, created)
    fixture.settle()
    before = fixture.booking(created)

    refund_in_the_dashboard(fixture, 100)
    fixture.settle()

    after = fixture.booking(created)
    assert before.cancellation_fee > Money(0, "EUR")
    assert (after.balance_due, after.refund_amount) == (before.balance_due, before.refund_amount)
    money_agrees(fixture)


def test_a_refund_in_the_dashboard_in_place_of_one_that_failed_is_not_waived(fixture: PlatformFixture) -> None:
    created = confirmed(fixture, REFUND_FAILS, begins=30)
    after = change(fixture, created, wished(created, longer=-1))
    cheaper = (created.booking.total_amount - after.total_amount).amount
    assert after.refund_status == "FAILED"
    fixture.stripe.fault("refund", starts="succeeded", times=None)

    refund_in_the_dashboard(fixture, cheaper)
    fixture.settle()

    after = fixture.booking(created)
    assert (amounts(after), after.refund_status) == ((cheaper, 0, 0), "SUCCEEDED")
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        fixture.platform.ask(RetryRefund(**about(created)), STAFF)
    equation_holds(fixture, created)


def test_a_refund_in_the_dashboard_does_not_make_a_later_fee_cheaper(fixture: PlatformFixture) -> None:
    created = confirmed(fixture)
    refund_in_the_dashboard(fixture)
    fixture.settle()
    fee = fixture.booking(created).cancellation_preview.fee_amount

    fixture.platform.ask(CancelBooking(**about(created)), STAFF)
    fixture.settle()

    after = fixture.booking(created)
    assert after.cancellation_fee == fee == after.balance_due
    assert fee > Money(0, "EUR")
    money_agrees(fixture)
