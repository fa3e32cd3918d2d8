"""Hold a change: the rooms service holds the added nights of a dearer stay, which then waits for its payment."""

from datetime import datetime, timedelta

from contracts.bookings.stay_changes import ChangeBooking, StayChangeHeld
from contracts.rooms.stay_changes import StayChangedReply
from contracts.rooms.waiting_changes import HoldStayChange
from services.bookings.domain import change_previews, change_requests, change_withdrawals
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.pending_change import PendingChange
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def waits(booking: Booking, command: ChangeBooking, *, now: datetime) -> bool:
    """Whether exactly this change waits for its payment already. Refused `PRICE_CHANGED` as the change is."""
    waiting = booking.pending_change
    if waiting is None or waiting.change != command.change or now >= waiting.expires_at or not command.pays_first:
        return False
    if change_previews.differs(waiting.preview, command.expected):
        raise change_previews.price_changed(waiting.preview)
    return True


def _ask(booking: Booking, intent: PendingAction) -> HoldStayChange:
    change = intent.change_intent
    return HoldStayChange(action_id=intent.id, **booking.about, stay=change.stay, total=change.total, room=change.room)


def _end(booking: Booking, intent: PendingAction, reply: StayChangedReply, work: BookingsWork) -> Booking:
    """The booking, whose change waits in place of any other. No booking ends while it has a pending action."""
    change = _waiting(booking, intent, reply, now=work.now)
    held = StayChangeHeld(
        **booking.about,
        change_id=change.id,
        check_in=change.check_in,
        check_out=change.check_out,
        room_type_code=change.room_type_code,
        adults=change.adults,
        children=change.children,
        total=reply.offer.price.total,
        amount=change.amount,
        expires_at=change.expires_at,
        held_at=change.held_at,
        held_by=intent.by,
        room_number=change_withdrawals.held_room(booking, change),
    )
    return work.record(booking, (held,), by=intent.by, pending=None, remark=intent.reason, pending_change=change)


def _waiting(booking: Booking, intent: PendingAction, reply: StayChangedReply, *, now: datetime) -> PendingChange:
    """The change that waits: for what the preview says is owed in addition."""
    preview, change = intent.change_intent.preview, intent.change_intent.change
    if preview is None:
        raise ValueError("a change that is paid first has its preview")
    target = change_requests.target_of(booking, change)
    return PendingChange(
        id=intent.id,
        change=change,
        preview=preview,
        amount=change_previews.to_pay_first(preview, booking),
        by=intent.by,
        held_at=now,
        expires_at=now + timedelta(minutes=booking.terms.settings.payment_hold_minutes),
        check_in=target.stay.check_in,
        check_out=target.stay.check_out,
        room_type_code=reply.offer.room_type_code,
        adults=target.adults,
        children=target.children,
        nights_held=reply.nights_held,
    )


HOLD_CHANGE = TwoStepAction(ActionKind.HOLD_CHANGE, _ask, _end)
