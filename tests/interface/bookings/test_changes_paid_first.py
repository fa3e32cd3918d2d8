"""Changes that are paid first: what accepts a payment, applies a change, and has it lapse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import PaymentRefunded, RefundFailed
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.handlers.waiting_changes import settle_due_change
from tests.interface.bookings.changes_paid_first import (
    DIFFERENCE,
    NIGHT,
    OLD,
    PAYMENT,
    capture_failed,
    change_authorized,
    change_captured,
    equation,
    events_after_held,
    longer,
    of_change,
    page_closed,
    page_opened,
    voided,
    waiting,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, paid, refused
from tests.unit.bookings.builders import CHECK_OUT, NOW, eur

SOON = timedelta(seconds=15)
Step = Callable[[BookingsUnderTest, CreatedBooking], Any]


def test_the_booking_changes_with_the_captured_money_and_not_before(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    booking_id = created.booking.booking_id

    for event in (page_opened(created), change_authorized(created, change_id), change_captured(created)):
        service.deliver(event)
        stored = service.stored(booking_id)
        assert (stored.total_amount, stored.captured, stored.balance_due or 0) == (OLD, OLD, 0)
        equation(service, created)
    assert service.tick(settle_due_change)
    assert not service.tick(settle_due_change)

    stored = service.stored(booking_id)
    assert (stored.total_amount, stored.captured, stored.balance_due) == (OLD + DIFFERENCE, OLD + DIFFERENCE, 0)
    assert (stored.check_out, stored.pending_change, stored.change_due_at) == (CHECK_OUT + NIGHT, None, None)
    assert [charge["payment_id"] for charge in stored.charges] == [PAYMENT]
    assert events_after_held(service, created) == ["BalancePaymentAccepted", "StayChanged"]
    changed = service.row("SELECT data FROM outbox WHERE type = 'bookings.StayChanged.v1'").data
    assert (changed["change_id"], changed["settlement"]) == (change_id, "pay_first")
    equation(service, created)


def test_a_part_that_was_captured_makes_the_change_and_the_rest_is_owed(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)

    service.deliver(change_authorized(created, change_id), change_captured(created, 900))
    service.tick(settle_due_change)

    assert service.stored(created.booking.booking_id).balance_due == DIFFERENCE - 900
    equation(service, created)


@pytest.mark.parametrize(
    "payment",
    [
        lambda created, _: change_authorized(created, "BK-other~1"),
        lambda created, change_id: change_authorized(created, change_id, amount=DIFFERENCE - 1),
    ],
)
def test_a_payment_for_another_change_or_amount_is_refused(service: BookingsUnderTest, payment: Any) -> None:
    created, change_id = waiting(service)

    service.deliver(payment(created, change_id))

    assert events_after_held(service, created) == ["BalancePaymentRefused"]
    assert service.stored(created.booking.booking_id).pending_change["id"] == change_id


def test_a_second_payment_of_one_difference_is_refused(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    paid = change_authorized(created, change_id)

    service.deliver(paid, paid, change_authorized(created, change_id, payment_id="pay-3"))

    assert events_after_held(service, created) == ["BalancePaymentAccepted", "BalancePaymentRefused"]


@pytest.mark.parametrize(
    ("page", "lapses_after"),
    [((), SOON), ((page_opened,), timedelta(minutes=2)), ((page_opened, page_closed), SOON)],
)
def test_a_change_lapses_once_no_payment_can_be_on_its_way(
    service: BookingsUnderTest, page: tuple[Any, ...], lapses_after: timedelta
) -> None:
    created, _ = waiting(service)
    service.deliver(*(event(created) for event in page))
    expires_at = NOW + timedelta(minutes=15)

    service.at(expires_at + lapses_after - timedelta(seconds=1))
    assert not service.tick(settle_due_change)
    service.at(expires_at + lapses_after)
    assert service.tick(settle_due_change)

    assert events_after_held(service, created) == ["StayChangeLapsed"]
    assert service.stored(created.booking.booking_id).pending_change is None


def test_an_accepted_payment_does_not_lapse(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))

    service.pass_time(hours=5)

    assert not service.tick(settle_due_change)


@pytest.mark.parametrize("failure", [capture_failed, voided])
def test_a_capture_that_fails_ends_the_change(service: BookingsUnderTest, failure: Any) -> None:
    created, change_id = waiting(service)

    service.deliver(change_authorized(created, change_id), failure(created))

    after = events_after_held(service, created)
    assert after == ["BalancePaymentAccepted", "StayChangeLapsed", "BalancePaymentRefused"]
    equation(service, created)


def cancels(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(CancelBooking(**about(created.booking.booking_id)))


def checks_in(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(AssignRoom(**about(created.booking.booking_id), room_number="101"))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(created.booking.booking_id)))


def does_not_come(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.at(ARRIVES + timedelta(hours=22))
    assert service.tick(apply_due_deadline)


def changes_otherwise(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(longer(created, -1), guest_of(created))


WITHDRAWALS: list[tuple[Step, str]] = [
    (cancels, "cancelled"),
    (checks_in, "checked_in"),
    (does_not_come, "no_show"),
    (changes_otherwise, "replaced"),
]


@pytest.mark.parametrize(("step", "reason"), WITHDRAWALS)
def test_what_withdraws_a_change_that_waits(service: BookingsUnderTest, step: Step, reason: str) -> None:
    created, change_id = waiting(service)

    step(service, created)

    lapse = service.row("SELECT data FROM outbox WHERE type = 'bookings.StayChangeLapsed.v1'").data
    assert (lapse["change_id"], lapse["reason"]) == (change_id, reason)
    assert service.stored(created.booking.booking_id).pending_change is None
    service.deliver(change_authorized(created, change_id))
    assert service.events(created.booking.booking_id)[-1] == "BalancePaymentRefused"
    equation(service, created)


@pytest.mark.parametrize("captured", [False, True], ids=["accepted", "captured"])
@pytest.mark.parametrize(("step", "reason"), WITHDRAWALS[:3])
def test_a_withdrawn_change_that_was_paid_is_returned_whole(
    service: BookingsUnderTest, step: Step, reason: str, captured: bool
) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))
    if captured:
        service.deliver(change_captured(created))

    step(service, created)

    names = events_after_held(service, created)
    assert names.index("StayChangeLapsed") + 1 == names.index("BalancePaymentRefused")
    stored = service.stored(created.booking.booking_id)
    assert (stored.captured, stored.pending_change) == (OLD, None)
    equation(service, created)
    if not captured:
        service.deliver(change_captured(created))
    returned = {"refund_id": "re_1", "amount": eur(DIFFERENCE), "refunded_total": eur(DIFFERENCE), "refunded_at": NOW}
    service.deliver(PaymentRefunded(**of_change(created), **returned))
    assert service.stored(created.booking.booking_id).refunded is None
    equation(service, created)


def test_a_refund_that_fails_is_told_to_staff(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id), change_captured(created))
    cancels(service, created)
    failed = {"amount": eur(DIFFERENCE), "reason_code": "lost_or_stolen_card", "failed_at": NOW}

    service.deliver(RefundFailed(**of_change(created), **failed))

    assert service.events(created.booking.booking_id)[-1] == "BookingRefundFailed"
    assert service.stored(created.booking.booking_id).refund_status == "FAILED"


def test_a_returned_change_that_failed_at_first_is_retried_and_succeeds(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    booking_id = created.booking.booking_id
    service.deliver(change_authorized(created, change_id), change_captured(created))
    cancels(service, created)
    own = {"refund_id": "re_1", "amount": eur(OLD), "refunded_total": eur(OLD), "refunded_at": NOW}
    failed = {"amount": eur(DIFFERENCE), "reason_code": "lost_or_stolen_card", "failed_at": NOW}
    service.deliver(PaymentRefunded(**paid(booking_id), **own), RefundFailed(**of_change(created), **failed))

    retried = service.ask(RetryRefund(**about(booking_id)))
    returned = {"refund_id": "re_2", "amount": eur(DIFFERENCE), "refunded_total": eur(DIFFERENCE), "refunded_at": NOW}
    service.deliver(PaymentRefunded(**of_change(created), **returned))

    assert (retried.refund_status, service.stored(booking_id).refund_status) == ("PENDING", "SUCCEEDED")
    equation(service, created)


def failed_return(created: CreatedBooking) -> RefundFailed:
    return RefundFailed(**of_change(created), amount=eur(DIFFERENCE), reason_code="lost_or_stolen_card", failed_at=NOW)


def returned(created: CreatedBooking) -> PaymentRefunded:
    whole = eur(DIFFERENCE)
    return PaymentRefunded(
        **of_change(created), refund_id="re_2", amount=whole, refunded_total=whole, refunded_at=NOW
    )  # fmt: skip


def test_the_money_of_a_withdrawn_change_on_a_living_booking_is_returned_by_a_retry(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    booking_id = created.booking.booking_id
    service.deliver(change_authorized(created, change_id), change_captured(created))
    checks_in(service, created)
    service.deliver(failed_return(created))
    assert service.stored(booking_id).refund_status == "FAILED"

    first, again = service.ask(RetryRefund(**about(booking_id))), service.ask(RetryRefund(**about(booking_id)))
    service.deliver(failed_return(created))
    assert service.stored(booking_id).refund_status == "FAILED"  # the new refund failed, too
    service.ask(RetryRefund(**about(booking_id)))
    service.deliver(returned(created))

    assert (first.refund_status, again.version) == ("PENDING", first.version)
    stored = service.stored(booking_id)
    assert (stored.status, stored.refund_status, stored.failed_refunds) == ("IN_HOUSE", None, [])
    assert refused(service, RetryRefund(**about(booking_id))) == "NO_FAILED_REFUND"
    equation(service, created)


@pytest.mark.parametrize("own_fails", [True, False])
def test_a_refund_that_succeeds_does_not_hide_another_one_that_failed(
    service: BookingsUnderTest, own_fails: bool
) -> None:
    """The booking's own refund fails, and the change's money is returned; or the other way round."""
    created, change_id = waiting(service)
    booking_id = created.booking.booking_id
    service.deliver(change_authorized(created, change_id), change_captured(created))
    cancels(service, created)
    own = {"refund_id": "re_1", "amount": eur(OLD)}
    failure = {"reason_code": "lost_or_stolen_card", "failed_at": NOW}
    of_booking = RefundFailed(**paid(booking_id), **own, **failure, refunded_total=eur(0))
    done = PaymentRefunded(**paid(booking_id), **own, refunded_total=eur(OLD), refunded_at=NOW)

    service.deliver(*(of_booking, returned(created)) if own_fails else (failed_return(created), done))

    assert service.stored(booking_id).refund_status == "FAILED"
    assert service.ask(RetryRefund(**about(booking_id))).refund_status == "PENDING"
