"""Approval of a booking by staff: commands and events."""

from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.bookings.status import ApprovalUrgency
from contracts.message import Event
from contracts.values import Actor, Money


class ApproveBooking(BookingCommand):
    """Approve a booking; the payments service then captures the authorised amount.

    A booking that needs no payment is confirmed at once.

    Refused `ILLEGAL_TRANSITION` for a booking that does not await approval or whose approval deadline has passed,
    `BOOKING_ENDED` for a booking that has ended.
    """


class DeclineBooking(BookingCommand):
    """Decline a booking that awaits approval. Refused `DECISION_MADE`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""

    reason_code: str = "OTHER"
    reason_note: str = ""


class ConfirmBooking(BookingCommand):
    """Confirm a booking without a card payment.

    Refused `CARD_BOOKING` while a card payment is open or authorised.
    """


class BookingAwaitsApproval(MailedEvent):
    """The card payment is authorised but not captured; staff must approve or decline before `approval_deadline_at`."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    payment_authorized_at: datetime
    approval_deadline_at: datetime


class PaymentNotRequired(BookingEvent):
    """The total is zero, so that no card is authorised; staff must approve or decline before `approval_deadline_at`."""

    submitted_at: datetime
    approval_deadline_at: datetime


class ApprovalFellDue(Event):
    """A booking's approval has become more urgent; published once for each urgency.

    The promised time counts from `payment_authorized_at`; where no payment is required, this is the submission.
    The event has a sequence of its own and does not change the booking's version.
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


class BookingApproved(BookingEvent):
    """Staff, or the system for a hotel without approval, approved the booking; the capture follows.

    A booking that needs no payment, or has become free, has no `payment_id` (an empty text), and its confirmation
    follows. `amount` is the part of the authorised amount that is captured, None for all of it.
    """

    payment_id: str
    decision_made_at: datetime
    decision_made_by: Actor
    amount: Money | None = None


class BookingDeclined(MailedEvent):
    """Staff declined the booking; the authorisation is voided."""

    reason_code: str
    decision_made_at: datetime
    decision_made_by: Actor


class BookingConfirmed(MailedEvent):
    """The booking was paid and approved, or confirmed without a card payment (`paid_at` is None).

    `captured` is the amount that the provider captured; None means the total.
    """

    confirmed_at: datetime
    confirmed_by: Actor
    paid_at: datetime | None = None
    captured: Money | None = None
