"""Two-step actions: one transaction stores the intent, a second one stores the reply of the rooms service.

While the intent is stored, every competing command is refused `ACTION_IN_PROGRESS`, so that the reply of the rooms
service can always be recorded. An interrupted action is carried out again under the same action id, for which the rooms
service gives the same reply: by the timer `drive_stale_actions`, or by the request's repetition under its
Idempotency-Key. Whoever ends the action stores the reply under that key.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chassis import codec
from chassis.refusal import Refusal
from chassis.transactions import idempotency
from chassis.transactions.conversation import Conversation, KeyedConversation
from chassis.transactions.idempotency import Claim
from contracts.bookings.events import BookingEvent
from contracts.bookings.views import BookingDetail
from contracts.message import Ask
from services.bookings.domain.booking import Booking, ChangedMeanwhile
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import replies
from services.bookings.steps.booking_access import NamesBooking, locked
from services.bookings.work import BookingsWork

# The fields of the pending action besides its kind; None where the command has nothing left to change.
Decide = Callable[[Booking, BookingsWork], dict[str, Any] | None]


@dataclass(frozen=True)
class TwoStepAction:
    """One kind of action: its ask to the rooms service, and the function that applies the reply to the booking."""

    kind: ActionKind
    ask: Callable[[Booking, PendingAction], Ask[Any]]
    end: Callable[[Booking, PendingAction, Any, BookingsWork], Booking]


def run(
    conversation: KeyedConversation[BookingsWork],
    command: NamesBooking,
    action: TwoStepAction,
    decide: Decide,
    *,
    staff: bool = True,
) -> BookingDetail:
    """Handle `command` by the two-step action `action`. If `decide` returns None, the booking stays unchanged."""
    with conversation.transaction() as work:
        booking = locked(work, command, staff=staff)
        pending = begun(conversation, work, booking, action, decide)
        if pending is None:
            return replies.finish(conversation, work, booking)
    return completed(conversation, action, pending)


def begun(
    conversation: KeyedConversation[BookingsWork],
    work: BookingsWork,
    booking: Booking,
    action: TwoStepAction,
    decide: Decide,
) -> Booking | None:
    """The booking with this request's action pending; None where `decide` returns None.

    A request that was interrupted continues its own action. Refused `IDEMPOTENCY_KEY_REUSED` where another request
    began an action under the same key.
    """
    if own(conversation, booking):
        return booking
    fields = decide(booking, work)
    return None if fields is None else begin(work, booking, action.kind, claim=conversation.claim, **fields)


def own(conversation: KeyedConversation[BookingsWork], booking: Booking) -> Booking | None:
    """The booking, where this request has begun its pending action; else None. Refused `IDEMPOTENCY_KEY_REUSED`."""
    claim, intent = conversation.claim, booking.pending
    if not (claim and intent and intent.key == claim.key):
        return None
    if intent.fingerprint != claim.fingerprint:
        raise idempotency.reused()
    return booking


def begin(
    work: BookingsWork, booking: Booking, kind: ActionKind, *, claim: Claim | None = None, **fields: Any
) -> Booking:
    """Store the intent of an action, with the key of the `claim`.

    Refused `ACTION_IN_PROGRESS` where the booking has another pending action. Raises `Unavailable` where the claim was
    lost.
    """
    if claim:
        idempotency.renew(work.connection, claim)
        fields |= {"key": claim.key, "fingerprint": claim.fingerprint}
    fields = {"id": uuid4().hex, **fields}
    intent = PendingAction(kind=kind, by=work.caller.actor, started_at=work.now, **fields)
    return work.bookings.begin_action(booking, intent)


def interrupted(
    conversation: Conversation[BookingsWork], work: BookingsWork, booking: Booking, action: TwoStepAction
) -> Booking | None:
    """The booking, if a request that is repeated now may have begun its pending action of this kind; or None.

    For requests about several bookings, whose actions have no key: the action must be without one, and by the same
    person. Raises `Unavailable` where the claim of the request was lost, so that a request that was frozen begins
    nothing beside its repetition.
    """
    claim, pending = conversation.claim, booking.pending
    if claim is None:
        return None
    idempotency.renew(work.connection, claim)
    if not claim.taken_over or pending is None or pending.key is not None:
        return None
    return booking if pending.kind is action.kind and pending.by == work.caller.actor else None


def taken_over(work: BookingsWork, intent: PendingAction) -> Claim | None:
    """The claim of the request that began the action; None for an action without a key.

    Refused `IDEMPOTENCY_IN_PROGRESS` while that request, or its repetition, is running.
    """
    if intent.key is None:
        return None
    try:
        claim = idempotency.take(work.connection, intent.key, intent.fingerprint)
    except Refusal as refusal:
        if refusal.code == "IDEMPOTENCY_IN_PROGRESS":
            raise
        return None
    return claim if isinstance(claim, Claim) else None


def completed(conversation: Conversation[BookingsWork], action: TwoStepAction, booking: Booking) -> BookingDetail:
    """The reply of `carry_out`. Refused `BOOKING_ENDED` where the stay has ended meanwhile."""
    reply = carry_out(conversation, action, booking)
    if reply is None:
        raise Refusal("BOOKING_ENDED", "The stay ended meanwhile; the nights are given back.")
    return reply


def carry_out(
    conversation: Conversation[BookingsWork], action: TwoStepAction, booking: Booking
) -> BookingDetail | None:
    """Ask the rooms service and store the result; returns the booking after the action, None where it was undone.

    A booking that nothing has changed since the action began is not read again. The reply is stored under the key of
    the request that began the action. A refusal by the rooms service removes the intent and the claim, and is raised
    again. Raises `Unavailable` where the rooms service does not answer; the intent then stays stored.
    """
    intent = booking.pending
    if intent is None or intent.kind is not action.kind:
        raise ValueError(f"{booking.id} has no pending {action.kind}")
    try:
        reply = conversation.ask(action.ask(booking, intent))
    except Refusal:
        with conversation.transaction() as work:
            if pending := _still_pending(work, booking, intent):
                if conversation.claim and conversation.claim.key == intent.key:
                    idempotency.forget(work.connection, conversation.claim)
                work.note(pending, pending=None)
        raise

    def end(pending: Booking, work: BookingsWork) -> BookingDetail | None:
        ended = action.end(pending, intent, reply, work)
        if ended.pending:
            return None
        detail = replies.booking_detail(work, ended)
        if intent.key:
            conversation.answer(work, key=intent.key, fingerprint=intent.fingerprint, reply=detail)
        return detail

    if booking.revision:
        with suppress(ChangedMeanwhile), conversation.transaction() as work:
            work.bookings.expect_unchanged(booking)
            return end(booking, work)
    with conversation.transaction() as work:
        pending = _still_pending(work, booking, intent)
        return end(pending, work) if pending else _ended_elsewhere(work, booking, intent)


def end_unchanged(booking: Booking, _: PendingAction, __: Any, work: BookingsWork) -> Booking:
    """Remove the intent and change nothing else: the action concerns only the rooms service's data."""
    return work.note(booking, pending=None)


def require_none(booking: Booking) -> Booking:
    """The booking, if it has no pending action. Refused `ACTION_IN_PROGRESS`."""
    if booking.pending:
        raise Refusal("ACTION_IN_PROGRESS", "Something else is being done with this booking; try again shortly.")
    return booking


def record_alone(
    work: BookingsWork, booking: Booking, events: Sequence[BookingEvent], *, remark: str = "", **private: Any
) -> BookingDetail:
    """Record the caller's events; returns the booking's details. Refused `ACTION_IN_PROGRESS` as `require_none` is."""
    return replies.record(work, require_none(booking) if events else booking, events, remark=remark, **private)


def _still_pending(work: BookingsWork, begun: Booking, intent: PendingAction) -> Booking | None:
    """The locked booking, or None if another caller has completed this action."""
    booking = work.bookings.lock(begun.hotel, begun.id)
    return booking if booking and booking.pending and booking.pending.id == intent.id else None


def _ended_elsewhere(work: BookingsWork, begun: Booking, intent: PendingAction) -> BookingDetail:
    return reply_of(work, begun.hotel, begun.id, key=intent.key, fingerprint=intent.fingerprint)


def reply_of(work: BookingsWork, hotel: str, booking_id: str, *, key: str | None, fingerprint: str) -> BookingDetail:
    """The reply stored under the key of an action that has ended; without a key, the booking as it is now."""
    if key:
        stored = idempotency.stored_reply(work.connection, key=key, fingerprint=fingerprint)
        if stored is not None:
            return codec.typed(stored, BookingDetail)
    booking = work.bookings.find(hotel, booking_id)
    if booking is None:
        raise LookupError(f"booking {booking_id} is gone")
    return replies.booking_detail(work, booking)
