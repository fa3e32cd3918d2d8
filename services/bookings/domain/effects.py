"""Effects of events on a booking: `copied` for plain copies, and a function for each other effect."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalanceSettled,
    RefundedAtDesk,
)
from contracts.bookings.events import BookingCancelled, BookingDrafted, BookingHeld, PaymentAwaited
from contracts.bookings.extensions import StayExtended
from contracts.bookings.orders import OrderCompleted
from contracts.bookings.overstays import (
    Incident,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayEvent,
    OverstayFlagged,
    OverstayResolved,
)
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.stay_changes import StayChanged
from contracts.bookings.stays import BookingNoShow
from contracts.bookings.undo import NoShowUndone
from contracts.rooms.undo import UndoStep
from contracts.values import Money
from services.bookings.domain import cancellation_fees, change_payments, money_due, refunds
from services.bookings.domain.booking import NOT_REQUIRED, Booking, Charge
from services.bookings.domain.change_fees import UNPAID
from services.bookings.lifecycle import CALLED_OFF, OVERSTAYS

Changes = dict[str, Any]
Effect = Callable[[Booking, Any], Changes]

NO_ROOM: Changes = {"assigned_room_number": None, "assigned_room_type": None, "room_locked": False}
NOTHING_TO_PAY: Changes = {"expires_at": None, "pay_until": None}
NO_SECRETS: Changes = {"in_house": None, "push_token": None}
NOTHING_UNDONE: Changes = {"undone": None}


def copied(*names: str, sets: Changes | None = None, **renamed: str) -> Effect:
    """The effect that copies fields of the event to the booking.

    `names` are fields that event and booking share. `renamed` maps fields of the booking to fields of the event.
    `sets` maps further fields of the booking to their new values.
    """
    sources = {name: name for name in names} | renamed

    def effect(_: Booking, event: Any) -> Changes:
        return {target: getattr(event, source) for target, source in sources.items()} | (sets or {})

    return effect


def drafted(booking: Booking, _: BookingDrafted) -> Changes:
    return {"payment_status": NOT_REQUIRED} if booking.total.is_zero else {}


def held(booking: Booking, event: BookingHeld) -> Changes:
    changes: Changes = {"expires_at": event.expires_at, "pay_until": event.pay_until}
    return changes | ({"payment_status": NOT_REQUIRED} if booking.total.is_zero else {})


def payment_awaited(_: Booking, event: PaymentAwaited) -> Changes:
    changes = {"payment_provider": event.payment_provider, "payment_reference": event.payment_reference}
    later = {"expires_at": event.expires_at} if event.expires_at else {}
    return changes | later | {"payment_status": "SESSION_OPEN"}


def confirmed(booking: Booking, event: BookingConfirmed) -> Changes:
    changes = {"confirmed_at": event.confirmed_at, "confirmed_by": event.confirmed_by, **NOTHING_TO_PAY}
    after = replace(booking, status=event.status)
    if event.paid_at is None:
        return changes | {"balance_due": money_due.balance(after).due}
    captured = booking.total if event.captured is None else event.captured
    due = money_due.balance(replace(after, captured=captured)).due
    owed = {} if due.is_zero and booking.balance_due is None else {"balance_due": due}
    return changes | {"payment_status": "CAPTURED", "paid_at": event.paid_at, "captured": captured} | owed


def cancelled(booking: Booking, event: BookingCancelled) -> Changes:
    changes = {"cancelled_at": event.cancelled_at, "cancelled_by": event.cancelled_by, **NOTHING_TO_PAY}
    return _called_off(booking, event, fee_at_desk=event.fee_at_desk) | changes | {"ended_at": event.cancelled_at}


def no_show(booking: Booking, event: BookingNoShow) -> Changes:
    return _called_off(booking, event) | {"ended_at": event.marked_at}


def no_show_undone(booking: Booking, event: NoShowUndone) -> Changes:
    returned = None if booking.zero_if_none(booking.refunded).is_zero else booking.refunded
    after = money_due.after_undone_no_show(booking)
    at_desk = after.refund + after.refund_at_desk
    sums: Changes = {"refund_amount": returned, "extra_refunded": None}
    return sums | {
        "ended_at": None,
        "late_arrival_expected": True,
        "held_from": event.first_night,
        "undone": UndoStep.NO_SHOW,
        "cancellation_fee": None,
        "refund_status": refunds.status(replace(booking, **sums)),
        "desk_refund_due": None if at_desk.is_zero else at_desk,
        "balance_due": event.balance_due,
        "charges": tuple(replace(charge, after_end=False) for charge in booking.charges),
    }


def _called_off(booking: Booking, event: BookingCancelled | BookingNoShow, *, fee_at_desk: bool = False) -> Changes:
    after = cancellation_fees.balance_after(booking, event.fee, fee_at_desk=fee_at_desk)
    refunded, refund = booking.zero_if_none(booking.refunded), money_due.refund_promised(booking) + event.refund
    sums: Changes = {"refund_amount": refunded + refund, "extra_refunded": None}
    sums["failed_refunds"] = refunds.retried(booking)
    return sums | {
        "cancellation_fee": event.fee,
        "refund_status": refunds.status(replace(booking, **sums)),
        **_desk_refund(booking, after.refund_at_desk),
        "balance_due": after.due,
        **NO_ROOM,
        **NO_SECRETS,
        **NOTHING_UNDONE,
    }


def stay_changed(booking: Booking, event: StayChanged) -> Changes:
    names = ("check_in", "check_out", "room_type_code", "adults", "children", "checkout_deadline_at")
    changes: Changes = {name: getattr(event, name) for name in names} | (NO_ROOM if event.freed_room_number else {})
    if booking.status in UNPAID:
        return changes | _payment_needed(booking, event.total)
    if event.change_id:
        paid = change_payments.with_payment(booking)
        changes |= {"captured": paid.captured, "charges": paid.charges, "pending_change": None}
    waived = booking.zero_if_none(booking.waived) + event.waived
    return changes | {
        "change_fees": booking.zero_if_none(booking.change_fees) + event.fee,
        "waived": waived,
        "balance_due": event.balance_due,
        **_desk_refund(booking, event.refund_at_desk),
        **_promised(booking, event, waived),
    }


def _promised(booking: Booking, event: StayChanged, waived: Money) -> Changes:
    """A refund that staff made on the provider's pages is promised as far as it is not waived any more."""
    extra = min(booking.zero_if_none(booking.extra_refunded), waived)
    changes: Changes = {"extra_refunded": None if extra.is_zero else extra}
    if event.refund.is_zero:
        return changes
    amount = booking.zero_if_none(booking.refund_amount) + event.refund
    return changes | {"refund_amount": amount, "refund_status": "PENDING", "failed_refunds": refunds.retried(booking)}


def _payment_needed(booking: Booking, total: Money) -> Changes:
    if total.is_zero:
        return {"payment_status": NOT_REQUIRED}
    return {"payment_status": "NONE"} if booking.needs_no_payment else {}


def refunded(booking: Booking, event: BookingRefunded) -> Changes:
    total = booking.zero_if_none(booking.refunded) + event.amount
    whole = booking.captured is None or total >= booking.captured
    after = replace(booking, **(sums := refunds.with_total(booking, total)))
    after = replace(after, failed_refunds=refunds.succeeded(after, event.payment_id))
    return sums | {
        "failed_refunds": after.failed_refunds,
        "refund_status": refunds.status(after),
        "payment_status": "REFUNDED" if whole else "PARTIALLY_REFUNDED",
    }


def refund_failed(booking: Booking, event: BookingRefundFailed) -> Changes:
    changes: Changes = {}
    if event.refunded_total is not None and event.refunded_total != booking.zero_if_none(booking.refunded):
        changes = refunds.with_total(booking, event.refunded_total)
        changes["payment_status"] = "CAPTURED" if event.refunded_total.is_zero else "PARTIALLY_REFUNDED"
    if event.retriable:
        changes["failed_refunds"] = refunds.failed(booking, event.payment_id, of_change=event.of_change)
    return changes | {"refund_status": refunds.status(replace(booking, **changes))}


def refund_retried(booking: Booking, _: BookingRefundRetried) -> Changes:
    return {"failed_refunds": refunds.retried(booking), "refund_status": refunds.PENDING}


def payment_accepted(booking: Booking, event: BalancePaymentAccepted) -> Changes:
    if event.change_id and booking.pending_change:
        return {"pending_change": replace(booking.pending_change, payment_id=event.payment_id)}
    charge = Charge(
        payment_id=event.payment_id,
        amount=event.amount,
        refunded=booking.nothing,
        after_end=booking.status in CALLED_OFF,
    )
    return {"balance_due": event.balance_due, "charges": (*booking.charges, charge)}


def paid(booking: Booking, event: BalancePaid) -> Changes:
    return {
        "balance_due": event.balance_due,
        "captured": booking.zero_if_none(booking.captured) + event.amount,
        "charges": booking.charges_with(event.payment_id, amount=event.amount, taken=True),
    }


def payment_failed(booking: Booking, event: BalancePaymentFailed) -> Changes:
    charge = next((charge for charge in booking.charges if charge.payment_id == event.payment_id), None)
    changes = {} if charge is None else money_due.without(booking, charge)
    at_desk = _desk_refund(booking, booking.zero_if_none(event.refund_at_desk))
    return {**changes, "balance_due": event.balance_due, **at_desk}


def settled(booking: Booking, event: BalanceSettled) -> Changes:
    return {"balance_due": event.balance_due, "settled": booking.zero_if_none(booking.settled) + event.amount}


def refunded_at_desk(booking: Booking, event: RefundedAtDesk) -> Changes:
    due = None if event.desk_refund_due.is_zero else event.desk_refund_due
    return {"desk_refund_due": due, "desk_refunded": booking.zero_if_none(booking.desk_refunded) + event.amount}


def extended(booking: Booking, event: StayExtended) -> Changes:
    return {
        "check_out": event.check_out,
        "checkout_deadline_at": event.checkout_deadline_at,
        "balance_due": event.balance_due,
        **_desk_refund(booking, booking.zero_if_none(event.refund_at_desk)),
    }


def served(booking: Booking, event: OrderCompleted) -> Changes:
    after = money_due.owing(booking, event.total)
    return {
        "served": booking.zero_if_none(booking.served) + event.total,
        "balance_due": after.due,
        **_desk_refund(booking, after.refund_at_desk),
    }


def _desk_refund(booking: Booking, more: Money) -> Changes:
    due = booking.zero_if_none(booking.desk_refund_due) + more
    return {"desk_refund_due": None if due.is_zero else due}


def overstay_flagged(booking: Booking, event: OverstayFlagged) -> Changes:
    if event.previous_severity:
        return _changed(booking, event)
    incident = Incident(
        id=event.incident_id,
        status=OVERSTAYS.after(None, OverstayFlagged),
        severity=event.severity,
        deadline_at=event.checkout_deadline_at,
        opened_at=event.flagged_at,
    )
    return {"overstay": incident}


def overstay_acknowledged(booking: Booking, event: OverstayAcknowledged) -> Changes:
    return _changed(booking, event, acknowledged_at=event.acknowledged_at, acknowledged_by=event.acknowledged_by)


def overstay_dismissed(booking: Booking, event: OverstayDismissed) -> Changes:
    return _changed(booking, event, closed_at=event.dismissed_at, closed_by=event.dismissed_by)


def overstay_resolved(booking: Booking, event: OverstayResolved) -> Changes:
    return _changed(booking, event, closed_at=event.resolved_at, resolution=event.resolution)


def _changed(booking: Booking, event: OverstayEvent, **changes: Any) -> Changes:
    if booking.overstay is None:
        raise ValueError(f"{booking.id} has no overstay")
    status = OVERSTAYS.after(booking.overstay.status, type(event))
    return {"overstay": replace(booking.overstay, status=status, severity=event.severity, **changes)}
