"""Facts about a booking. Their sequence is the number that guests and staff see in its feed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Actor, Money


class BookingStatus(StrEnum):
    """Where a booking stands. Older clients' `CHECKED_IN` and `CHECKED_OUT` are filter synonyms only."""

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
    """Who made the booking."""

    ONLINE = "online"
    STAFF = "staff"


class ExpiryReason(StrEnum):
    """Why a booking expired."""

    DRAFT_ABANDONED = "DRAFT_ABANDONED"
    HOLD_RAN_OUT = "HOLD_RAN_OUT"
    APPROVAL_TIMEOUT = "APPROVAL_TIMEOUT"


class ApprovalUrgency(StrEnum):
    """Why a decision is urgent: the hotel's promise nears, is broken, long broken; or the time to decide runs out."""

    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    CRITICAL = "CRITICAL"
    DEADLINE_NEAR = "DEADLINE_NEAR"


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event, abstract=True):
    """A fact about one booking. The two statuses are filled in when it is recorded."""

    booking_id: str
    hotel: str
    status: BookingStatus | None = None
    previous_status: BookingStatus | None = None

    @property
    def subject(self) -> str:
        return self.booking_id


@dataclass(frozen=True, kw_only=True)
class BookingDrafted(BookingEvent):
    """Priced and saved; nothing is held."""

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
    """Inventory is held until `expires_at`; the guest may pay."""

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
    """A payment session is open: the guest has a page to pay on."""

    payment_provider: str
    payment_reference: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingAwaitsApproval(BookingEvent):
    """The card is authorised, not captured; staff decide until `approval_deadline_at`."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    payment_authorized_at: datetime
    approval_deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalFellDue(Event):
    """A booking's approval has become urgent; said once for each urgency. Staff are to decide.

    No fact of the booking's own life: it has a feed of its own, and the booking keeps its version.
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
    """Staff (or, where the hotel wants it so, the system) said yes; the capture is asked for."""

    payment_id: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(BookingEvent):
    """Paid and approved, or confirmed by staff without a card (`paid_at` is None)."""

    confirmed_at: datetime
    confirmed_by: Actor
    paid_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BookingPaymentFailed(BookingEvent):
    """The capture failed for good: the guest may pay again until `expires_at`."""

    reason_code: str
    failed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentTurnedAway(BookingEvent):
    """Late money: a card is good for a booking that takes none any more. It goes back by itself; the guest is told."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    reason_code: str
    turned_away_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    """Staff said no; the authorisation is to be voided."""

    reason_code: str
    decision_made_at: datetime
    decision_made_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """Called off. `fee` is what the hotel keeps; `refund` what the guest gets back of what was captured.

    In house: the guest has left the room, and the nights from `released_from` on are free again. `besides` the fee,
    room service is kept of what was paid towards the balance.
    """

    cancelled_at: datetime
    cancelled_by: Actor
    fee: Money
    refund: Money
    released_from: date | None = None
    besides: Money | None = None


@dataclass(frozen=True, kw_only=True)
class BookingExpired(BookingEvent):
    """A deadline passed: of the draft, the hold, or the approval."""

    reason: ExpiryReason
    expired_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingNoShow(BookingEvent):
    """The guest did not come. `fee` is what the hotel keeps; `refund` what goes back of what was captured."""

    marked_at: datetime
    marked_by: Actor
    fee: Money
    refund: Money


@dataclass(frozen=True, kw_only=True)
class RoomAssigned(BookingEvent):
    """The booking has a room."""

    room_number: str
    room_type_code: str
    by: Actor
    assigned_at: datetime
    previous_room_number: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoomUnassigned(BookingEvent):
    """The booking has no room any more."""

    room_number: str
    by: Actor
    unassigned_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomMoved(BookingEvent):
    """The guest in house lives in another room from now on."""

    room_number: str
    room_type_code: str
    previous_room_number: str
    by: Actor
    moved_at: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuestCheckedIn(BookingEvent):
    """The guest lives in the room."""

    room_number: str
    checked_in_at: datetime
    checked_in_by: Actor


@dataclass(frozen=True, kw_only=True)
class GuestCheckedOut(BookingEvent):
    """The guest has left the room."""

    room_number: str
    checked_out_at: datetime
    checked_out_by: Actor
    check_out: date


@dataclass(frozen=True, kw_only=True)
class BookingAmended(BookingEvent):
    """Staff changed what is noted on the booking: the fields' names, never their contents."""

    fields: tuple[str, ...]
    by: Actor


@dataclass(frozen=True, kw_only=True)
class GuestTokenRevoked(BookingEvent):
    """The guest's token opens nothing any more; the next is of this generation."""

    generation: int
    revoked_at: datetime
    revoked_by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingRefunded(BookingEvent):
    """Money went back to the guest, as the provider says."""

    amount: Money
    refund_reference: str
    refunded_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingRefundFailed(BookingEvent):
    """The provider would not give the money back; staff must act. `refunded_total` is what stands given back."""

    amount: Money
    reason_code: str
    failed_at: datetime
    refunded_total: Money | None = None


@dataclass(frozen=True, kw_only=True)
class BookingRefundRetried(BookingEvent):
    """Staff had a refund that failed tried again: what is still to be given back is asked for anew."""

    retried_at: datetime
    retried_by: Actor
