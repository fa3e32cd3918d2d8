"""Steps of a booking: the asks and events that bring it from one status to the next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.payments.events import PaymentAuthorized, PaymentCaptured, PaymentCaptureFailed, PaymentSessionOpened
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.unit.bookings.builders import HOTEL, NOW, STAFF, eur

ARRIVES = datetime(2030, 6, 10, 14, 0, tzinfo=UTC)


def about(booking_id: str, **more: Any) -> dict[str, Any]:
    return {"hotel": HOTEL, "booking_id": booking_id, **more}


def paid(booking_id: str, **more: Any) -> dict[str, Any]:
    return about(booking_id, payment_id="pay-1", **more)


def opened(booking_id: str) -> PaymentSessionOpened:
    return PaymentSessionOpened(
        **paid(booking_id), session_id="cs_1", amount=eur(34880), opened_at=NOW, expires_at=NOW + timedelta(minutes=30)
    )


def authorized(booking_id: str) -> PaymentAuthorized:
    return PaymentAuthorized(**paid(booking_id), payment_intent_id="pi_1", amount=eur(34880), authorized_at=NOW)


def captured(booking_id: str) -> PaymentCaptured:
    return PaymentCaptured(**paid(booking_id), payment_intent_id="pi_1", amount=eur(34880), captured_at=NOW)


def capture_failed(booking_id: str) -> PaymentCaptureFailed:
    return PaymentCaptureFailed(**paid(booking_id), reason_code="card_declined", failed_at=NOW)


def awaiting(service: BookingsUnderTest) -> str:
    """A booking that waits for staff."""
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    return booking_id


def confirmed(service: BookingsUnderTest) -> str:
    """A booking that is paid and approved."""
    booking_id = awaiting(service)
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    return booking_id


def refused(service: BookingsUnderTest, command: Any, caller: Any = STAFF) -> str:
    with pytest.raises(Refusal) as caught:
        service.ask(command, caller)
    return caught.value.code
