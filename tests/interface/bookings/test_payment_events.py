"""Payment events: failed and retried refunds, and late events."""

from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.refunds import RetryRefund
from contracts.payments.events import (
    PaymentMismatched,
    PaymentPurpose,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentVoided,
    RefundFailed,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, authorized, captured, confirmed, opened, paid, refused
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import NOW, eur


def test_a_failed_refund_is_retried_once_and_succeeds(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    retry = RetryRefund(**about(booking_id))
    assert refused(service, retry) == "NO_FAILED_REFUND"
    service.ask(CancelBooking(**about(booking_id)))
    under_way = service.ask(retry)
    service.deliver(RefundFailed(**paid(booking_id), amount=eur(34880), reason_code="lost_card", failed_at=NOW))

    first, second = service.ask(retry), service.ask(retry)
    service.deliver(
        PaymentRefunded(
            **paid(booking_id), refund_id="re_2", amount=eur(34880), refunded_total=eur(34880), refunded_at=NOW
        )
    )

    assert (under_way.refund_status, first.refund_status, second.version) == ("PENDING", "PENDING", first.version)
    assert service.stored(booking_id).refund_status == "SUCCEEDED"
    assert service.events(booking_id)[-3:] == ["BookingRefundFailed", "BookingRefundRetried", "BookingRefunded"]
    assert refused(service, retry) == "NO_FAILED_REFUND"


def test_a_refund_that_succeeded_and_then_failed_is_subtracted_and_counted_again(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(CancelBooking(**about(booking_id)))
    whole = {"amount": eur(34880), "refunded_total": eur(34880), "refunded_at": NOW}
    service.deliver(
        PaymentRefunded(**paid(booking_id), refund_id="re_1", **whole),
        RefundFailed(
            **paid(booking_id), refund_id="re_1", amount=eur(34880), reason_code="x", failed_at=NOW,
            refunded_total=eur(0),
        ),
    )  # fmt: skip
    failed = service.stored(booking_id)

    service.ask(RetryRefund(**about(booking_id)))
    service.deliver(PaymentRefunded(**paid(booking_id), refund_id="re_2", **whole))

    after = service.stored(booking_id)
    assert (failed.refund_status, failed.refunded, failed.payment_status) == ("FAILED", 0, "CAPTURED")
    assert (after.refund_status, after.refunded, after.payment_status) == ("SUCCEEDED", 34880, "REFUNDED")


LATE = {
    "opened": ("SESSION_OPEN", (opened,)),
    "authorised": ("AUTHORIZED", (opened, authorized)),
    "captured": ("CAPTURED", (opened, authorized, captured)),
    "let go": ("VOIDED", (opened, authorized, lambda name: PaymentVoided(**paid(name), amount=eur(1), voided_at=NOW))),
    "closed": ("SESSION_EXPIRED", (opened, lambda name: PaymentSessionExpired(**paid(name), session_id="cs_1"))),
    "wrong": ("FAILED", (opened, lambda name: PaymentMismatched(**paid(name), reason_code="X", found_at=NOW))),
}


@pytest.mark.parametrize(
    "wrong", [{"purpose": PaymentPurpose.UNREQUESTED, "payment_id": "unrequested_pi_2"}, {"payment_id": "pay-before"}]
)
def test_a_mismatch_of_another_payment_leaves_the_status_of_the_bookings_payment(
    service: BookingsUnderTest, wrong: dict[str, Any]
) -> None:
    booking_id = confirmed(service)
    before = service.ask(GetBooking(**about(booking_id)))

    service.deliver(PaymentMismatched(**about(booking_id, **wrong), reason_code="UNREQUESTED", found_at=NOW))

    assert service.ask(GetBooking(**about(booking_id))) == before


@pytest.mark.parametrize(("status", "facts"), LATE.values(), ids=LATE)
def test_an_ended_booking_shows_the_status_of_its_payment(service: BookingsUnderTest, status: str, facts: Any) -> None:
    booking_id = service.book().booking.booking_id
    cancelled = service.ask(CancelBooking(**about(booking_id)))

    service.deliver(*(fact(booking_id) for fact in facts))

    booking = service.ask(GetBooking(**about(booking_id)))
    turned_away = service.events(booking_id).count("PaymentTurnedAway")
    assert turned_away == (authorized in facts)
    assert (booking.payment_status, booking.status) == (status, "CANCELLED")
    assert booking.version == cancelled.version + turned_away


def test_two_simultaneous_retries_request_a_refund_once(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(CancelBooking(**about(booking_id)))
    service.deliver(RefundFailed(**paid(booking_id), amount=eur(34880), reason_code="lost_card", failed_at=NOW))

    answers = at_once(*[lambda: service.ask(RetryRefund(**about(booking_id)))] * 4)

    assert {answer.refund_status for answer in answers} == {"PENDING"}
    assert service.events(booking_id).count("BookingRefundRetried") == 1
