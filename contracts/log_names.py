"""The names of events in logs. A log name stays the same when the event's own name changes."""

import re

from contracts.bookings.approval import BookingApproved, BookingConfirmed, BookingDeclined
from contracts.message import Event
from contracts.notifier.events import NoticeSent
from contracts.payments.events import PaymentSessionOpened
from contracts.values import Actor, ActorKind

DECISIONS: dict[type[Event], str] = {
    BookingApproved: "decision_made_by",
    BookingDeclined: "decision_made_by",
    BookingConfirmed: "confirmed_by",
}
SENT = {"mail": "mail_sent", "sms": "text_message_sent"}


def log_name(event: Event) -> str:
    """The log name: the event's name in snake_case, except for new payment sessions, sent notices and staff decisions.

    Approval, decline and confirmation without a card payment are staff decisions if staff made them.
    """
    if isinstance(event, PaymentSessionOpened):
        return "payment_session_created"
    if isinstance(event, NoticeSent):
        return SENT.get(event.medium, "notice_sent")
    if _is_decision(event):
        return "staff_decision"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()


def _is_decision(event: Event) -> bool:
    by = getattr(event, DECISIONS.get(type(event), ""), None)
    after_capture = isinstance(event, BookingConfirmed) and event.paid_at is not None
    return isinstance(by, Actor) and by.kind is ActorKind.STAFF and not after_capture
