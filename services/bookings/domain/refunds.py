"""Refunds: what was promised, what staff refunded beyond that on the provider's pages, and failed ones.

A refund that no decision of the hotel promised is waived: the guest need not pay it again. Of a booking that was called
off it is a part of the fee, which the guest owes again. Which part that is depends on the sums only, so that the order
of decisions and refunds does not matter.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.events import BookingEvent
from contracts.bookings.refunds import BookingRefundRetried
from contracts.values import Actor, Money
from services.bookings.domain import money_due
from services.bookings.domain.booking import Booking, FailedRefund
from services.bookings.lifecycle import CALLED_OFF, HAS_A_FEE

FAILED, PENDING, SUCCEEDED = "FAILED", "PENDING", "SUCCEEDED"


def retry(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingRefundRetried`, or no event while a refund is pending. Refused `NO_FAILED_REFUND`.

    Of a booking that was not called off, what is due is the refund of a change, or the money of a change that was not
    made; a refund that staff made on the provider's pages is not.
    """
    due = is_due(booking) or bool(booking.failed_refunds)
    if due and booking.refund_status == PENDING:
        return ()
    if not due or booking.refund_status != FAILED:
        raise Refusal("NO_FAILED_REFUND", "No refund of this booking has failed.")
    return (BookingRefundRetried(**booking.about, retried_at=now, retried_by=by),)


def is_due(booking: Booking) -> bool:
    """Whether money of the booking is to be refunded; a booking that was called off may have money that came late."""
    return booking.status in CALLED_OFF or not money_due.refund_promised(booking).is_zero


def rise_of_extra(booking: Booking, total: Money) -> Money:
    """The amount by which the refunds beyond what was promised rise, or fall, where `total` is refunded.

    Of a booking that was called off without a fee, all money is to be refunded.
    """
    if booking.status in CALLED_OFF and (booking.status not in HAS_A_FEE or money_due.fees(booking).is_zero):
        return booking.nothing
    return max(total - _promised(booking), booking.nothing) - booking.zero_if_none(booking.extra_refunded)


def with_total(booking: Booking, total: Money) -> dict[str, Any]:
    """The fields that change where `total` is refunded."""
    rise = rise_of_extra(booking, total)
    extra = booking.zero_if_none(booking.extra_refunded) + rise
    changes: dict[str, Any] = {
        "refunded": total,
        "refund_amount": max(_promised(booking) + extra, total),
        "extra_refunded": None if extra.is_zero else extra,
    }
    if rise.is_zero:
        return changes
    if booking.status not in CALLED_OFF:
        return changes | {"waived": booking.zero_if_none(booking.waived) + rise}
    return changes | (_fee_not_owed(booking, booking.nothing - rise) if rise < booking.nothing else {})


def failed(booking: Booking, payment_id: str, *, of_change: bool) -> tuple[FailedRefund, ...]:
    """The failed refunds, with one of this payment."""
    others = (each for each in booking.failed_refunds if each.payment_id != payment_id)
    return (*others, FailedRefund(payment_id=payment_id, of_change=of_change))


def retried(booking: Booking) -> tuple[FailedRefund, ...]:
    """The failed refunds, all of which are requested again."""
    return tuple(replace(each, retried=True) for each in booking.failed_refunds)


def succeeded(booking: Booking, payment_id: str) -> tuple[FailedRefund, ...]:
    """The failed refunds once a refund of this payment succeeded.

    One that was requested again has ended. Where nothing is promised any more, no refund of the booking's money is due.
    """
    done = money_due.refund_promised(booking).is_zero
    return tuple(
        each
        for each in booking.failed_refunds
        if not (each.payment_id == payment_id and each.retried) and (each.of_change or not done)
    )


def status(booking: Booking) -> str | None:
    """The status of all refunds together: failed while one waits for staff, else pending while one is due."""
    if any(not each.retried for each in booking.failed_refunds):
        return FAILED
    if booking.failed_refunds or not money_due.refund_promised(booking).is_zero:
        return PENDING
    return None if booking.zero_if_none(booking.refunded).is_zero else SUCCEEDED


def _promised(booking: Booking) -> Money:
    """The sum of the refunds, done or not, that the hotel has decided on."""
    return booking.zero_if_none(booking.refund_amount) - booking.zero_if_none(booking.extra_refunded)


def _fee_not_owed(booking: Booking, fall: Money) -> dict[str, Any]:
    """The guest does not owe again what was not refunded after all; what the guest has paid again comes back."""
    used = min(booking.zero_if_none(booking.balance_due), fall)
    back = booking.zero_if_none(booking.desk_refund_due) + fall - used
    return {
        "balance_due": booking.zero_if_none(booking.balance_due) - used,
        "desk_refund_due": None if back.is_zero else back,
    }
