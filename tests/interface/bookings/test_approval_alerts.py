"""Staff are alerted once to each urgency of a booking that awaits approval."""

from datetime import timedelta

import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.payments.events import PaymentCaptureFailed
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, authorized, awaiting, opened, paid
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import ANNA, NOW


def said(service: BookingsUnderTest, booking_id: str) -> list[str]:
    """The urgencies of the alerts that were published."""
    rows = service.rows("SELECT data FROM outbox WHERE subject = :id ORDER BY sequence", id=f"approval/{booking_id}")
    return [row.data["urgency"] for row in rows]


def until_quiet(service: BookingsUnderTest) -> None:
    while service.tick(apply_due_deadline):
        pass


def test_staff_are_alerted_once_to_each_urgency(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    version = service.stored(booking_id).version

    for minutes in (19, 20, 20, 31, 60, 91, 120):
        service.at(NOW + timedelta(minutes=minutes))
        until_quiet(service)

    assert said(service, booking_id) == ["DUE_SOON", "OVERDUE", "CRITICAL"]
    service.at(service.stored(booking_id).approval_deadline_at - timedelta(minutes=10))
    assert service.tick(apply_due_deadline)
    assert not service.tick(apply_due_deadline)
    assert said(service, booking_id)[-1] == "DEADLINE_NEAR"
    assert service.ask(ApproveBooking(**about(booking_id)), if_match=(version,)).decision_made_by == ANNA


def test_several_timers_alert_once(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.at(NOW + timedelta(minutes=20))

    at_once(*[lambda: service.tick(apply_due_deadline)] * 4)

    assert said(service, booking_id) == ["DUE_SOON"]


def test_a_booking_that_awaits_approval_again_is_alerted_again(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.at(NOW + timedelta(minutes=20))
    until_quiet(service)
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(PaymentCaptureFailed(**paid(booking_id), reason_code="card_declined", failed_at=NOW))
    assert service.stored(booking_id).expires_at == NOW + timedelta(minutes=20, hours=24)

    service.deliver(opened(booking_id), authorized(booking_id))
    until_quiet(service)

    assert said(service, booking_id) == ["DUE_SOON", "DUE_SOON"]


def test_the_database_rejects_an_unknown_alert(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    with pytest.raises(Exception, match="approval_alerts"):
        service.rows("UPDATE booking SET approval_alerts = '{LOUD}' WHERE id = :id", id=booking_id)
