"""Change: a booking gets other dates, another room type, another party or another promotion."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation, KeyedConversation
from contracts.bookings.change_previews import ChangePreview, Settlement
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeBooking, ChangeLapse, PreviewChange, RequestedChange, StayChanged
from contracts.bookings.views import BookingDetail
from contracts.rooms.stay_changes import ChangeOffer, ChangeStay, PreviewStayChange, StayChangedReply
from contracts.values import SYSTEM
from services.bookings.actions import hold_change
from services.bookings.actions.extend import EXTEND
from services.bookings.actions.hold_change import HOLD_CHANGE
from services.bookings.domain import (
    change_events,
    change_previews,
    change_requests,
    change_results,
    change_rules,
    change_withdrawals,
    creation,
)
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_intents import ChangeIntent
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.pending_change import new_change_id
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.steps import booking_access, pending_actions, replies
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork

MOST_PREVIEWS = 3

# The refusals of the rooms service that a preview reports; any other means that the request cannot be understood.
REPORTED = frozenset({"SOLD_OUT", "BEYOND_HORIZON", "UNKNOWN_PROMO", "NOTHING_HELD", "BOOKING_ALREADY_CHECKED_IN"})


def preview_change(query: PreviewChange, conversation: Conversation[BookingsWork]) -> ChangePreview:
    """Preview the change for the booking's guest or staff; nothing is held and nothing changes."""
    with conversation.reading() as work:
        booking = booking_access.visible(work, hotel=query.hotel, booking_id=query.booking_id)
        now = work.now
    return _previewed(booking, query.change, conversation, now=now)


def change_booking(command: ChangeBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Change the booking as its preview says. Raises the first refusal of the preview, and `PRICE_CHANGED`.

    A guest in house who stays longer has the stay extended. A change that is paid first waits, and so does the same
    change that is asked for again.
    """
    with conversation.reading() as work:
        booking = booking_access.unlocked(work, command)
        pending, now = pending_actions.own(conversation, booking), work.now
    if pending is None:
        if _is_done(booking, command, now=now) and (reply := _at_once(command, conversation)):
            return reply
        pending = _begun(command, conversation, booking, now)
    return _completed(command, conversation, pending)


def _is_done(booking: Booking, command: ChangeBooking, *, now: datetime) -> bool:
    """Whether the change waits for its payment already, or changes nothing."""
    target = change_requests.target_of(booking, command.change)
    nothing = change_requests.changes_nothing(booking, target, command.change)
    return nothing or hold_change.waits(booking, command, now=now)


def _at_once(command: ChangeBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail | None:
    """The booking as it is; None where it has changed since it was read, so that the change is not done.

    Another change that waits is withdrawn. Refused `PAYMENT_UNDER_WAY` once it is being paid.
    """
    with conversation.transaction() as work:
        booking = booking_access.locked(work, command, staff=False)
        if not _is_done(booking, command, now=work.now):
            return None
        if hold_change.waits(booking, command, now=work.now):
            return replies.finish(conversation, work, booking)
        change = booking.pending_change
        if change and change.payment_id:
            raise Refusal("PAYMENT_UNDER_WAY", "The guest has just paid for another change.")
        events = change_withdrawals.lapsed(booking, ChangeLapse.REPLACED, now=work.now) if change else ()
        if events:
            pending_actions.require_none(booking)
        return replies.finish(conversation, work, work.record(booking, events, by=work.caller.actor))


def _completed(
    command: ChangeBooking, conversation: KeyedConversation[BookingsWork], booking: Booking
) -> BookingDetail:
    """The booking once its pending change is made. A price that rooms changes meanwhile is refused with a preview."""
    kind = booking.pending.kind if booking.pending else ActionKind.CHANGE
    try:
        return pending_actions.completed(conversation, _ACTIONS[kind], booking)
    except Refusal as refusal:
        if refusal.code != "PRICE_CHANGED":
            raise
    query = PreviewChange(hotel=command.hotel, booking_id=command.booking_id, change=command.change)
    raise change_previews.price_changed(preview_change(query, conversation))


def _begun(
    command: ChangeBooking, conversation: KeyedConversation[BookingsWork], booking: Booking, now: datetime
) -> Booking:
    """The booking with the change pending, whose result is that of a preview of the booking as it is."""
    for _ in range(MOST_PREVIEWS):
        intent = _intended(command, conversation, booking, now)
        with conversation.transaction() as work:
            present, now = booking_access.locked(work, command, staff=False), work.now
            if present.version == booking.version:
                _require_closed_page(present, command)
                fields: dict[str, Any] = {"change": intent, "reason": command.change.reason}
                kind = ActionKind.CHANGE
                if intent.preview:
                    kind, fields = ActionKind.HOLD_CHANGE, fields | {"id": new_change_id(present.id)}
                elif change_requests.extends(present, change_requests.target_of(present, command.change)):
                    kind, fields = ActionKind.EXTEND, fields | {"until": intent.stay.check_out}
                if work.caller.kind == "staff":  # as of a booking by staff, the hold does not count on a cap
                    present = work.note(present, counted_by=())
                pending = pending_actions.begin(work, present, kind, claim=conversation.claim, **fields)
                work.count_nights(present, pending)
                return pending
        booking = present
    raise Refusal("ACTION_IN_PROGRESS", "Something else is being done with this booking; try again shortly.")


def _intended(
    command: ChangeBooking, conversation: KeyedConversation[BookingsWork], booking: Booking, now: datetime
) -> ChangeIntent:
    change = command.change
    preview = _previewed(booking, change, conversation, now=now)
    if preview.refusals:
        raise change_previews.refused(preview)
    if change_previews.differs(preview, command.expected):
        raise change_previews.price_changed(preview)
    first = preview.settlement is Settlement.PAY_FIRST
    if first and not command.pays_first:
        raise change_previews.pays_first(preview)
    return ChangeIntent(
        change=change,
        stay=change_requests.stay_for_rooms(booking, change, now=now),
        total=booking.total if preview.new_total is None else preview.new_total,
        room=preview.room,
        preview=preview if first else None,
    )


def _require_closed_page(booking: Booking, command: ChangeBooking) -> None:
    if booking.status is BookingStatus.PENDING_PAYMENT and not command.page_closed:
        raise Refusal("PAYMENT_PAGE_OPEN", "The page on which the old total can be paid must be closed first.")


def _previewed(
    booking: Booking, change: RequestedChange, conversation: Conversation[BookingsWork], *, now: datetime
) -> ChangePreview:
    caller = conversation.context.caller
    target = change_requests.target_of(booking, change)
    if change_requests.changes_nothing(booking, target, change):
        offer = change_results.as_it_is(booking)
        return change_previews.preview(booking, change, offer, refusals=(), caller=caller, now=now)
    refusals = tuple(change_rules.refusals(booking, change, caller=caller, now=now))
    stay = change_requests.stay_for_rooms(booking, change, now=now)
    priced: ChangeOffer | None = None
    if change_rules.can_be_priced(booking, refusals):
        try:
            reply = conversation.ask(PreviewStayChange(**booking.about, stay=stay))
            priced = change_results.as_extended(booking, reply)
        except Refusal as refusal:
            if refusal.code not in REPORTED:
                raise
            if refusal.code not in {each.code for each in refusals}:
                refusals = (*refusals, change_previews.reported(refusal))
    return change_previews.preview(booking, change, priced, refusals=refusals, caller=caller, now=now)


def _ask(booking: Booking, intent: PendingAction) -> ChangeStay:
    change = intent.change_intent
    return ChangeStay(action_id=intent.id, **booking.about, stay=change.stay, total=change.total, room=change.room)


def _end(booking: Booking, intent: PendingAction, reply: StayChangedReply, work: BookingsWork) -> Booking:
    """The changed booking. If it has ended meanwhile, it gets a pending release of its nights.

    A payment of the old total that came meanwhile counts towards the new one. Raises `Unavailable` while that payment
    is being captured: the change then goes on once the booking is confirmed.
    """
    if not LIFECYCLE.allows(booking.status, StayChanged):
        undo = PendingAction(id=uuid4().hex, kind=ActionKind.RELEASE, by=intent.by, started_at=work.now)
        return work.bookings.begin_action(work.note(booking, pending=None), undo)
    if booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at:
        raise Unavailable("the payment is being captured")
    change = intent.change_intent.change
    outcome = change_results.result(booking, change, reply.offer, now=intent.started_at)
    event = change_events.stay_changed(booking, change, outcome, by=intent.by, at=intent.started_at)
    fields = change_results.private_fields(booking, change, reply.offer, at=intent.started_at)
    after = work.record(booking, (event,), by=intent.by, pending=None, remark=intent.reason, **fields)
    if after.status is BookingStatus.PENDING_PAYMENT:
        return work.record(after, creation.without_payment(after, now=work.now), by=SYSTEM)
    return after


CHANGE = TwoStepAction(ActionKind.CHANGE, _ask, _end)
_ACTIONS = {action.kind: action for action in (CHANGE, HOLD_CHANGE, EXTEND)}
