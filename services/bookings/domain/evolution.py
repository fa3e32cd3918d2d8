"""The effect of each event on a booking. A booking's stored state results from applying its events in order."""

from dataclasses import replace
from datetime import datetime

from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import (
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingDeclined,
    PaymentNotRequired,
)
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    RefundedAtDesk,
)
from contracts.bookings.chat import ChatMessageSent
from contracts.bookings.communications import CommunicationNoted, CommunicationRequested
from contracts.bookings.events import (
    BookingCancelled,
    BookingDrafted,
    BookingEvent,
    BookingExpired,
    BookingHeld,
    BookingPaymentFailed,
    PaymentAwaited,
    PaymentTurnedAway,
)
from contracts.bookings.extensions import StayExtended
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.orders import OrderAccepted, OrderCancelled, OrderCompleted, OrderPlaced
from contracts.bookings.overstays import OverstayAcknowledged, OverstayDismissed, OverstayFlagged, OverstayResolved
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.stay_changes import StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomLocked,
    RoomMoved,
    RoomUnassigned,
)
from contracts.bookings.undo import CheckInUndone, CheckOutUndone, NoShowUndone
from contracts.rooms.undo import UndoStep
from services.bookings.domain import effects
from services.bookings.domain.booking import Booking
from services.bookings.domain.effects import Effect, copied


def evolve(booking: Booking, event: BookingEvent, *, at: datetime) -> Booking:
    """The booking after the event, with the next version. `event.status` must be set."""
    changes = _EFFECTS[type(event)](booking, event)
    return replace(booking, status=event.status, version=booking.version + 1, updated_at=at, **changes)


_NO_DECISION = {"decision_made_at": None, "decision_made_by": None, "approval_deadline_at": None}
# Nothing is captured: what a change before the decision has charged, or raised the balance by, is not owed.
_NOTHING_OWED = {"balance_due": None, "change_fees": None}
_HAS_ROOM = copied(assigned_room_number="room_number", assigned_room_type="room_type_code", sets={"room_locked": False})
_UNCHANGED = copied()

_EFFECTS: dict[type[BookingEvent], Effect] = {
    BookingDrafted: effects.drafted,
    BookingHeld: effects.held,
    PaymentAwaited: effects.payment_awaited,
    BookingAwaitsApproval: copied(
        "payment_id",
        "payment_intent_id",
        "payment_authorized_at",
        "approval_deadline_at",
        payment_reference="payment_intent_id",
        authorized="amount",
        sets={"payment_status": "AUTHORIZED", "approval_alerts": (), **effects.NOTHING_TO_PAY},
    ),
    PaymentNotRequired: copied(
        "approval_deadline_at",
        approval_requested_at="submitted_at",
        sets={"approval_alerts": (), **effects.NOTHING_TO_PAY},
    ),
    BookingApproved: copied("decision_made_at", "decision_made_by"),
    BookingConfirmed: effects.confirmed,
    BookingPaymentFailed: copied("expires_at", sets={"payment_status": "FAILED", "balance_due": None, **_NO_DECISION}),
    PaymentTurnedAway: copied(
        "payment_id",
        "payment_intent_id",
        payment_reference="payment_intent_id",
        sets={"payment_status": "AUTHORIZED"},
    ),
    BookingDeclined: copied(
        "decision_made_at", "decision_made_by", "reason_code", ended_at="decision_made_at", sets=_NOTHING_OWED
    ),
    BookingCancelled: effects.cancelled,
    BookingNoShow: effects.no_show,
    NoShowUndone: effects.no_show_undone,
    BookingExpired: copied("expired_at", expiry_reason="reason", ended_at="expired_at", sets=_NOTHING_OWED),
    RoomAssigned: _HAS_ROOM,
    RoomLocked: copied(room_locked="locked"),
    RoomMoved: _HAS_ROOM,
    RoomUnassigned: copied(sets={**effects.NO_ROOM, "assignment_notes": None}),
    GuestCheckedIn: copied("checked_in_at", "checked_in_by", sets={"overstay": None, **effects.NOTHING_UNDONE}),
    CheckInUndone: copied(
        "late_arrival_expected",
        sets={"checked_in_at": None, "checked_in_by": None, "undone": UndoStep.CHECK_IN, **effects.NO_SECRETS},
    ),
    GuestCheckedOut: copied(
        "checked_out_at",
        "checked_out_by",
        ended_at="checked_out_at",
        sets={**effects.NO_SECRETS, **effects.NOTHING_UNDONE},
    ),
    CheckOutUndone: copied(
        sets={"ended_at": None, "checked_out_at": None, "checked_out_by": None, "undone": UndoStep.CHECK_OUT}
    ),
    StayChanged: effects.stay_changed,
    StayChangeHeld: _UNCHANGED,
    StayChangeLapsed: copied(sets={"pending_change": None}),
    StayExtended: effects.extended,
    BookingAmended: _UNCHANGED,
    GuestTokenRevoked: _UNCHANGED,
    BookingRefunded: effects.refunded,
    BookingRefundFailed: effects.refund_failed,
    BookingRefundRetried: effects.refund_retried,
    BalancePaymentAccepted: effects.payment_accepted,
    BalancePaymentRefused: _UNCHANGED,
    BalancePaid: effects.paid,
    BalancePaymentFailed: effects.payment_failed,
    BalanceSettled: effects.settled,
    RefundedAtDesk: effects.refunded_at_desk,
    ChatMessageSent: _UNCHANGED,
    CommunicationRequested: _UNCHANGED,
    CommunicationNoted: _UNCHANGED,
    OrderPlaced: _UNCHANGED,
    OrderAccepted: _UNCHANGED,
    OrderCompleted: effects.served,
    OrderCancelled: _UNCHANGED,
    OverstayFlagged: effects.overstay_flagged,
    OverstayAcknowledged: effects.overstay_acknowledged,
    OverstayDismissed: effects.overstay_dismissed,
    OverstayResolved: effects.overstay_resolved,
}
