"""Each committed event is logged once under a stable name, without personal data."""

from datetime import UTC, datetime
from typing import Any

import pytest

import chassis.transactions.work
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.events import BookingExpired
from contracts.bookings.status import ExpiryReason
from services.notifier.handlers import results
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

LIFE = (
    "booking_held",
    "payment_session_created",
    "payment_authorized",
    "booking_awaits_approval",
    "staff_decision",
    "payment_captured",
    "booking_confirmed",
    "booking_cancelled",
    "payment_refunded",
)
FACT = BookingExpired(
    booking_id="BK-1", hotel=HOTEL, reason=ExpiryReason.HOLD_RAN_OUT, expired_at=datetime(2026, 11, 21, tzinfo=UTC)
)


class Log:
    """A logger that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, **facts: Any) -> None:
        self.lines.append({"event": event, **facts})


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    recorded = Log()
    for module in (chassis.transactions.work, results):
        monkeypatch.setattr(module, "log", recorded)
    return recorded


def test_a_booking_s_facts_are_logged_once_in_order_and_name_nobody(fixture: PlatformFixture, log: Log) -> None:
    created = fixture.book()
    fixture.pay(created)
    about = {"hotel": HOTEL, "booking_id": created.booking.id}
    fixture.platform.ask(ApproveBooking(**about), STAFF)
    fixture.settle()
    fixture.platform.ask(CancelBooking(**about, reason="Ada is ill"), STAFF)
    fixture.settle()

    names = [line["event"] for line in log.lines if line.get("booking_id") == created.booking.id]
    assert [name for name in names if name in LIFE] == list(LIFE)
    assert {"mail_sent", "push_sent"} <= set(names)
    [decision] = [line for line in log.lines if line["event"] == "staff_decision"]
    assert (decision["fact"], decision["decision_made_by"]) == ("BookingApproved", "staff 7")
    for private in ("Ada", "ada@example.com", "5550100", "Nora", created.guest_token or "?"):
        assert private not in str(log.lines)


def test_an_event_that_was_not_committed_is_not_logged(fixture: PlatformFixture, log: Log) -> None:
    def expire(*, well: bool) -> None:
        with fixture.platform.services["bookings"].unit_of_work.begin() as work:
            work.publish(FACT)
            work.flush()
            if not well:
                raise RuntimeError("too late")

    with pytest.raises(RuntimeError, match="too late"):
        expire(well=False)
    assert log.lines == []

    expire(well=True)

    assert [line["event"] for line in log.lines] == ["booking_expired"]
