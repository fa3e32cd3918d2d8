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
    """The card is authorised and not captured; staff decide until `approval_deadline_at`."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    payment_authorized_at: datetime
    approval_deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalFellDue(Event):
    """A booking's approval has become urgent; published once per urgency.

    The event has a subject of its own, and the booking keeps its version.
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
    """Approved by staff, or by the system where the hotel requires no approval; payments captures."""

    payment_id: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    """Declined by staff; payments voids the authorisation."""

    reason_code: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(BookingEvent):
    """Paid and approved, or confirmed by staff without a card (`paid_at` is None)."""

    confirmed_at: datetime
    confirmed_by: Actor
    paid_at: datetime | None = None
