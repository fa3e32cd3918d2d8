"""The log names of events, and the same names in the operators' documents."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.bookings.approval import BookingApproved, BookingConfirmed
from contracts.catalogue import events
from contracts.log_names import log_name
from contracts.message import Event
from contracts.notifier.events import NoticeSent
from contracts.values import GUEST, SYSTEM, Actor, ActorKind
from tests.unit.hotelmate.test_event_format import filled

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
STAFF = Actor(ActorKind.STAFF, "7")
ABOUT: dict[str, Any] = {"booking_id": "BK-1", "hotel": "the-inn"}


def approved(by: Actor) -> Event:
    return BookingApproved(**ABOUT, payment_id="p", decision_made_at=NOW, decision_made_by=by)


def confirmed(by: Actor, paid_at: datetime | None) -> Event:
    return BookingConfirmed(**ABOUT, confirmed_at=NOW, confirmed_by=by, paid_at=paid_at)


def sent(medium: str) -> Event:
    return NoticeSent(**ABOUT, notice_id="n", occasion="welcome", medium=medium, sent_at=NOW)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (approved(STAFF), "staff_decision"),
        (approved(SYSTEM), "booking_approved"),
        (confirmed(STAFF, None), "staff_decision"),
        (confirmed(STAFF, NOW), "booking_confirmed"),
        (confirmed(GUEST, None), "booking_confirmed"),
        (sent("mail"), "mail_sent"),
        (sent("sms"), "text_message_sent"),
    ],
)
def test_staff_decisions_and_sent_notices_have_their_own_log_names(event: Event, name: str) -> None:
    assert log_name(event) == name


def test_every_event_has_a_log_name_in_snake_case() -> None:
    names = {kind: log_name(filled(kind)) for kind in events().values()}

    assert [name for name in names.values() if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert names[events()["payments.PaymentSessionOpened.v1"]] == "payment_session_created"


def test_every_log_name_in_the_documents_exists() -> None:
    text = OPERATIONS.read_text("utf-8").partition("Over a booking's life, in this order:")[2]
    section = text.partition("Failures have log events of their own")[0]
    log_names = {log_name(filled(kind)) for kind in events().values()} | {"staff_decision", "mail_sent", "push_sent"}

    documented = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", section)) - {"booking_id", "payment_id", "session_id"}

    assert len(documented) > 20
    assert documented - log_names == set()
