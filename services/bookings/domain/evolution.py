"""The effect of each event on a booking. A booking's stored state results from applying its events in order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import BookingApproved, BookingAwaitsApproval, BookingConfirmed, BookingDeclined
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
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomMoved,
    RoomUnassigned,
)
from services.bookings.domain import balance_effects, cancellation_fees, guest_service_effects, overstay_effects
from services.bookings.domain.booking import Booking

Changes = dict[str, Any]


def evolve(booking: Booking, event: BookingEvent, *, at: datetime) -> Booking:
    """The booking after the event, with the next version. `event.status` must be set."""
    changes = _EFFECTS[type(event)](booking, event)
    return replace(booking, status=event.status, version=booking.version + 1, updated_at=at, **changes)


def _unchanged(_: Booking, __: BookingEvent) -> Changes:
    return {}


def _held(_: Booking, event: BookingHeld) -> Changes:
    return {"expires_at": event.expires_at}


def _awaited(_: Booking, event: PaymentAwaited) -> Changes:
    return {
        "payment_status": "SESSION_OPEN",
        "payment_provider": event.payment_provider,
        "payment_reference": event.payment_reference,
    }


def _awaits_approval(_: Booking, event: BookingAwaitsApproval) -> Changes:
    return {
        "payment_status": "AUTHORIZED",
        "payment_id": event.payment_id,
        "payment_intent_id": event.payment_intent_id,
        "payment_reference": event.payment_intent_id,
        "payment_authorized_at": event.payment_authorized_at,
        "approval_deadline_at": event.approval_deadline_at,
        "approval_alerts": (),
        "expires_at": None,
    }


def _approved(_: Booking, event: BookingApproved) -> Changes:
    return {"decision_made_at": event.decision_made_at, "decision_made_by": event.decision_made_by}


def _confirmed(booking: Booking, event: BookingConfirmed) -> Changes:
    confirmed = {"confirmed_at": event.confirmed_at, "confirmed_by": event.confirmed_by, "expires_at": None}
    if event.paid_at is None:
        return confirmed | {"balance_due": booking.total}
    return confirmed | {"payment_status": "CAPTURED", "paid_at": event.paid_at, "captured": booking.total}


def _payment_failed(_: Booking, event: BookingPaymentFailed) -> Changes:
    return {
        "payment_status": "FAILED",
        "decision_made_at": None,
        "decision_made_by": None,
        "approval_deadline_at": None,
        "expires_at": event.expires_at,
    }


def _turned_away(_: Booking, event: PaymentTurnedAway) -> Changes:
    return {
        "payment_status": "AUTHORIZED",
        "payment_id": event.payment_id,
        "payment_intent_id": event.payment_intent_id,
        "payment_reference": event.payment_intent_id,
    }


def _declined(_: Booking, event: BookingDeclined) -> Changes:
    return {
        "decision_made_at": event.decision_made_at,
        "decision_made_by": event.decision_made_by,
        "reason_code": event.reason_code,
        "ended_at": event.decision_made_at,
    }


def _cancelled(booking: Booking, event: BookingCancelled) -> Changes:
    return {
        **_called_off(booking, event),
        "cancelled_at": event.cancelled_at,
        "cancelled_by": event.cancelled_by,
        "expires_at": None,
        "ended_at": event.cancelled_at,
    }


def _no_show(booking: Booking, event: BookingNoShow) -> Changes:
    return {**_called_off(booking, event), "ended_at": event.marked_at}


def _called_off(booking: Booking, event: BookingCancelled | BookingNoShow) -> Changes:
    return {
        "cancellation_fee": event.fee,
        "refund_amount": event.refund,
        "refund_status": "PENDING" if event.refund else None,
        "balance_due": cancellation_fees.balance_after(booking, event.fee, event.refund),
        "assigned_room_number": None,
        "assigned_room_type": None,
        "in_house": None,
        "push_token": None,
    }


def _expired(_: Booking, event: BookingExpired) -> Changes:
    return {"expired_at": event.expired_at, "expiry_reason": event.reason, "ended_at": event.expired_at}


def _assigned(_: Booking, event: RoomAssigned | RoomMoved) -> Changes:
    return {"assigned_room_number": event.room_number, "assigned_room_type": event.room_type_code}


def _unassigned(_: Booking, __: RoomUnassigned) -> Changes:
    return {"assigned_room_number": None, "assigned_room_type": None, "assignment_notes": None}


def _checked_in(_: Booking, event: GuestCheckedIn) -> Changes:
    return {"checked_in_at": event.checked_in_at, "checked_in_by": event.checked_in_by}


def _checked_out(_: Booking, event: GuestCheckedOut) -> Changes:
    return {
        "checked_out_at": event.checked_out_at,
        "checked_out_by": event.checked_out_by,
        "ended_at": event.checked_out_at,
        "in_house": None,
        "push_token": None,
    }


def _extended(_: Booking, event: StayExtended) -> Changes:
    return {
        "check_out": event.check_out,
        "checkout_deadline_at": event.checkout_deadline_at,
        "balance_due": event.balance_due,
    }


def _refunded(booking: Booking, event: BookingRefunded) -> Changes:
    refunded = (booking.refunded or booking.nothing) + event.amount
    whole = booking.captured is None or refunded >= booking.captured
    return {
        "refunded": refunded,
        "refund_amount": refunded,
        "refund_status": "SUCCEEDED",
        "payment_status": "REFUNDED" if whole else "PARTIALLY_REFUNDED",
    }


def _refund_failed(booking: Booking, event: BookingRefundFailed) -> Changes:
    if event.refunded_total is None or event.refunded_total == (booking.refunded or booking.nothing):
        return {"refund_status": "FAILED"}
    left = "PARTIALLY_REFUNDED" if event.refunded_total else "CAPTURED"
    return {"refund_status": "FAILED", "refunded": event.refunded_total, "payment_status": left}


def _refund_retried(_: Booking, __: BookingRefundRetried) -> Changes:
    return {"refund_status": "PENDING"}


_EFFECTS: dict[type[BookingEvent], Callable[[Booking, Any], Changes]] = {
    BookingDrafted: _unchanged,
    BookingHeld: _held,
    PaymentAwaited: _awaited,
    BookingAwaitsApproval: _awaits_approval,
    BookingApproved: _approved,
    BookingConfirmed: _confirmed,
    BookingPaymentFailed: _payment_failed,
    PaymentTurnedAway: _turned_away,
    BookingDeclined: _declined,
    BookingCancelled: _cancelled,
    BookingNoShow: _no_show,
    BookingExpired: _expired,
    RoomAssigned: _assigned,
    RoomMoved: _assigned,
    RoomUnassigned: _unassigned,
    GuestCheckedIn: _checked_in,
    GuestCheckedOut: _checked_out,
    StayExtended: _extended,
    BookingAmended: _unchanged,
    GuestTokenRevoked: _unchanged,
    BookingRefunded: _refunded,
    BookingRefundFailed: _refund_failed,
    BookingRefundRetried: _refund_retried,
    **overstay_effects.EFFECTS,
    **guest_service_effects.EFFECTS,
    **balance_effects.EFFECTS,
}
