"""Events of a booking. Their sequence is the number in the booking's feed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Actor, Money


class BookingStatus(StrEnum):
    """The statuses of a booking. Older clients' `CHECKED_IN` and `CHECKED_OUT` are filter synonyms only."""

    DRAFT = "DRAFT"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    CONFIRMED = "CONFIRMED"
    IN_HOUSE = "IN_HOUSE"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    NO_SHOW = "NO_SHOW"


class BookingSource(StrEnum):
    """The origin of a booking."""

    ONLINE = "online"
    STAFF = "staff"


class ExpiryReason(StrEnum):
    """The deadline that a booking missed."""

    DRAFT_ABANDONED = "DRAFT_ABANDONED"
    HOLD_RAN_OUT = "HOLD_RAN_OUT"
    APPROVAL_TIMEOUT = "APPROVAL_TIMEOUT"


class ApprovalUrgency(StrEnum):
    """The urgency of a decision: the promised time is near, over, long over; or the approval deadline is near."""

    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    CRITICAL = "CRITICAL"
    DEADLINE_NEAR = "DEADLINE_NEAR"


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event, abstract=True):
    """An event of one booking. The two statuses are filled in when the event is recorded."""

    booking_id: str
    hotel: str
    status: BookingStatus | None = None
    previous_status: BookingStatus | None = None

    @property
    def subject(self) -> str:
        return self.booking_id


@dataclass(frozen=True, kw_only=True)
class BookingDrafted(BookingEvent):
    """The booking is priced and stored; no nights are held."""

    room_type_code: str
    check_in: date
    check_out: date
    adults: int
    children: int
    total: Money
    source: BookingSource
    by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingHeld(BookingEvent):
    """The nights are held until `expires_at`; the guest may pay."""

    room_type_code: str
    check_in: date
    check_out: date
    adults: int
    children: int
    total: Money
    expires_at: datetime
    source: BookingSource
    by: Actor


@dataclass(frozen=True, kw_only=True)
class PaymentAwaited(BookingEvent):
    """A payment session is open: the guest has a payment page."""

    payment_provider: str
    payment_reference: str
    opened_at: datetime


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
class BookingConfirmed(BookingEvent):
    """The booking is paid and approved, or confirmed by staff without a card (`paid_at` is None)."""

    confirmed_at: datetime
    confirmed_by: Actor
    paid_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BookingPaymentFailed(BookingEvent):
    """The capture failed permanently; the guest may pay again until `expires_at`."""

    reason_code: str
    failed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentTurnedAway(BookingEvent):
    """Late money: a card was authorised for a booking that accepts no payment any more. The authorisation is voided."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    reason_code: str
    turned_away_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    """Staff declined the booking; the authorisation is voided."""

    reason_code: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """The booking is cancelled. `fee` is charged; `refund` is the part of the captured amount that is refunded.

    In house: the guest has left the room, and the nights from `released_from` on are free again. `besides` is the
    amount for room service that is kept, in addition to the fee, of payments towards the balance.
    """

    cancelled_at: datetime
    cancelled_by: Actor
    fee: Money
    refund: Money
    released_from: date | None = None
    besides: Money | None = None


@dataclass(frozen=True, kw_only=True)
class BookingExpired(BookingEvent):
    """The booking missed the deadline of its draft, hold or approval."""

    reason: ExpiryReason
    expired_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingNoShow(BookingEvent):
    """The guest did not arrive. `fee` is charged; `refund` is the part of the captured amount that is refunded."""

    marked_at: datetime
    marked_by: Actor
    fee: Money
    refund: Money


@dataclass(frozen=True, kw_only=True)
class RoomAssigned(BookingEvent):
    """The booking was given a room."""

    room_number: str
    room_type_code: str
    by: Actor
    assigned_at: datetime
    previous_room_number: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoomUnassigned(BookingEvent):
    """The booking's room was taken back."""

    room_number: str
    by: Actor
    unassigned_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomMoved(BookingEvent):
    """The guest in house moved to another room."""

    room_number: str
    room_type_code: str
    previous_room_number: str
    by: Actor
    moved_at: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuestCheckedIn(BookingEvent):
    """The guest moved into the room."""

    room_number: str
    checked_in_at: datetime
    checked_in_by: Actor


@dataclass(frozen=True, kw_only=True)
class GuestCheckedOut(BookingEvent):
    """The guest left the room."""

    room_number: str
    checked_out_at: datetime
    checked_out_by: Actor
    check_out: date


@dataclass(frozen=True, kw_only=True)
class BookingAmended(BookingEvent):
    """Staff changed notes on the booking; the event carries the names of the fields, never their contents."""

    fields: tuple[str, ...]
    by: Actor


@dataclass(frozen=True, kw_only=True)
class GuestTokenRevoked(BookingEvent):
    """The guest's token was revoked; the next token is of this generation."""

    generation: int
    revoked_at: datetime
    revoked_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingRefunded(BookingEvent):
    """The provider refunded money to the guest."""

    amount: Money
    refund_reference: str
    refunded_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingRefundFailed(BookingEvent):
    """A refund failed; staff must act. `refunded_total` is the amount refunded so far."""

    amount: Money
    reason_code: str
    failed_at: datetime
    refunded_total: Money | None = None


@dataclass(frozen=True, kw_only=True)
class BookingRefundRetried(BookingEvent):
    """Staff retried a failed refund: the amount still to be refunded is requested again."""

    retried_at: datetime
    retried_by: Actor
