"""Cancel a booking: before the stay in one transaction, during the stay as a two-step action."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.asks import CancelBooking
from contracts.bookings.events import BookingCancelled
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.occupancy import MoveOut
from contracts.values import Actor, Caller
from services.bookings.domain import cancellation, cancellation_fees, local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.lifecycle import ENDED
from services.bookings.steps import booking_access, pending_actions, replies
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def cancel_booking(command: CancelBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Cancel a booking for a guest or staff, with the fee of the agreed policy. Raises the refusals of `may_cancel`."""
    with conversation.transaction() as work:
        booking = booking_access.locked(work, command, staff=False, repeats=BookingStatus.CANCELLED)
        if booking.status is not BookingStatus.IN_HOUSE:
            return replies.finish(conversation, work, _cancel_before_stay(booking, command, work))
        pending = pending_actions.begun(conversation, work, booking, CUT_SHORT, partial(_cut_short, command))
        if pending is None:
            return replies.finish(conversation, work, booking)
    return pending_actions.completed(conversation, CUT_SHORT, pending)


def may_cancel(booking: Booking, command: CancelBooking, *, caller: Caller) -> bool:
    """True where the booking can be cancelled now, False where the booking is cancelled already.

    Refused `DECISION_MADE`, `BOOKING_ENDED`, and `ILLEGAL_TRANSITION` where a guest cancels a stay in house. For a
    waiver or a stay in house, raises the refusals of `cancellation.require_override`.
    """
    if booking.status is BookingStatus.CANCELLED:
        return False
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if not cancellation.can_cancel(booking, as_guest=caller.kind != "staff"):
        if booking.status is BookingStatus.PENDING_APPROVAL:
            raise Refusal("DECISION_MADE", "This booking has been approved; the payment is being taken.")
        raise Refusal("ILLEGAL_TRANSITION", "Who is in house is called off by the hotel's staff only.")
    if command.waive_fee or booking.status is BookingStatus.IN_HOUSE:
        cancellation.require_override(command.reason, caller)
    return True


def _cancel_before_stay(booking: Booking, command: CancelBooking, work: BookingsWork) -> Booking:
    events = before_stay(booking, command, caller=work.caller, now=work.now)
    if events:
        pending_actions.require_none(booking)
    reason = command.reason or None
    return work.record(booking, events, by=work.caller.actor, remark=command.reason, cancellation_reason=reason)


def _cut_short(command: CancelBooking, booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
    """The fields of the cancellation of a stay in house."""
    if not may_cancel(booking, command, caller=work.caller):
        return None
    left_on = local_time.local_date(work.now, booking.timezone)
    return {"reason": command.reason, "waive_fee": command.waive_fee, "left_on": left_on}


def before_stay(
    booking: Booking, command: CancelBooking, *, caller: Caller, now: datetime
) -> Sequence[BookingCancelled]:
    """Cancel before the stay. A cancelled booking gets no further event. Raises the refusals of `may_cancel`."""
    if not may_cancel(booking, command, caller=caller):
        return ()
    return (_cancelled(booking, by=caller.actor, at=now, waived=command.waive_fee),)


def in_house(booking: Booking, intent: PendingAction) -> BookingCancelled:
    """The event that cancels a stay in house. The charges are those at the time of the decision."""
    cancelled = _cancelled(booking, by=intent.by, at=intent.started_at, waived=intent.waive_fee)
    return replace(cancelled, released_from=intent.left_on)


def _cancelled(booking: Booking, *, by: Actor, at: datetime, waived: bool) -> BookingCancelled:
    charges = cancellation_fees.charges(booking, at, waived=waived)
    return BookingCancelled(
        **booking.about,
        cancelled_at=at,
        cancelled_by=by,
        fee=charges.fee,
        refund=charges.refund,
        refund_at_desk=charges.refund_at_desk,
        keeps=charges.keeps,
        fee_at_desk=charges.fee_at_desk,
        besides=booking.unsettled_service,
        room_number=booking.assigned_room_number,
    )


def _ask(booking: Booking, intent: PendingAction) -> MoveOut:
    """The ask `MoveOut` to the rooms service. The ask does not contain the cancellation's reason."""
    left_on = intent.left_on or booking.check_out
    return MoveOut(action_id=intent.id, **booking.about, left_on=left_on, note="")


def _end(booking: Booking, intent: PendingAction, _: RoomTaken, work: BookingsWork) -> Booking:
    cancelled, why = in_house(booking, intent), intent.reason
    return work.record(booking, (cancelled,), by=intent.by, pending=None, remark=why, cancellation_reason=why)


CUT_SHORT = TwoStepAction(ActionKind.CUT_SHORT, _ask, _end)
