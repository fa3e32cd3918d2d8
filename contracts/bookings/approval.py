"""Approval of a booking by staff: commands and events."""

from dataclasses import dataclass
from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import ApprovalUrgency
from contracts.message import Event
from contracts.values import Actor, Money


@dataclass(frozen=True, kw_only=True)
class ApproveBooking(BookingCommand):
    """Approve; the capture follows. Refused `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""


@dataclass(frozen=True, kw_only=True)
class DeclineBooking(BookingCommand):
    """Decline. Refused `DECISION_MADE`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""

    reason_code: str = "OTHER"
    reason_note: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmBooking(BookingCommand):
    """Confirm without a card. Refused `CARD_BOOKING` while a card payment is open or authorised."""


@dataclass(frozen=True, kw_only=True)
class BookingAwaitsApproval(BookingEvent):
    """The card is authorised, not captured; staff decide by `approval_deadline_at`."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    payment_authorized_at: datetime
    approval_deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalFellDue(Event):
    """A booking's approval has become urgent; published once per urgency. Staff should decide.

    The event counts on a feed of its own, and the booking keeps its version.
    """

    booking_id: str
    hotel: str
    urgency: ApprovalUrgency
    payment_authorized_at: datetime
    approval_deadline_at: datetime
    noticed_at: datetime

    @property
    def subject(self) -> str:
        return f"approval/{self.booking_id}"


@dataclass(frozen=True, kw_only=True)
class BookingApproved(BookingEvent):
    """Staff, or the system for a hotel without approval, approved the booking; the capture follows."""

    payment_id: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    """Staff declined the booking; the authorisation is voided."""

    reason_code: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(BookingEvent):
    """The booking is paid and approved, or confirmed by staff without a card (`paid_at` is None)."""

    confirmed_at: datetime
    confirmed_by: Actor
    paid_at: datetime | None = None
