"""Room plan: many bookings get their rooms together, or none of them does.

One transaction stores an intent for each booking, all with the plan's id. The rooms service carries the plan out once
under that id, or finds it outdated for good. Another transaction ends all intents. Whoever finds an intent of the plan
(the request, its repetition, or the timer `drive_stale_actions`) can end the plan.
"""

from collections.abc import Collection, Sequence

from chassis import codec
from chassis.refusal import Refusal
from chassis.transactions import idempotency
from chassis.transactions.conversation import Conversation, KeyedConversation
from chassis.transactions.idempotency import Claim
from contracts.bookings.room_plan import RoomsPlanned
from contracts.rooms.room_plan import ApplyRoomPlan, RoomPlanApplied
from services.bookings.actions.assign import room_assigned
from services.bookings.domain import room_plan
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.domain.room_plan import BegunPlan
from services.bookings.work import BookingsWork


def begin(conversation: KeyedConversation[BookingsWork], hotel: str, plan: BegunPlan) -> frozenset[str]:
    """Store the intents of the plan's bookings, and the plan for a repetition of the request, all or nothing.

    Returns the ids of the bookings that are not as the plan was made for; none where the intents are stored. Raises
    `Unavailable` where the claim was lost.
    """
    planned, claim = room_plan.rooms(plan.proposal), conversation.claim
    with conversation.transaction() as work:
        if claim:
            idempotency.renew(work.connection, claim)
        bookings = _locked(work, hotel, planned)
        if differing := room_plan.differing(bookings, planned):
            return differing
        for booking_id, booking in bookings.items():
            intent = PendingAction(
                id=plan.plan_id,
                kind=ActionKind.ASSIGN,
                by=work.caller.actor,
                started_at=work.now,
                room_number=planned[booking_id].room_number,
                plan=room_plan.part_of(plan.proposal, planned[booking_id]),
                key=claim.key if claim else None,
                fingerprint=claim.fingerprint if claim else "",
            )
            work.bookings.begin_action(booking, intent)
        conversation.remember(work, plan)
    return frozenset()


def complete(conversation: Conversation[BookingsWork], hotel: str, plan: BegunPlan, reply: RoomsPlanned | None) -> bool:
    """Ask the rooms service to carry the plan out, and end the intents; returns False where the plan was outdated.

    `reply` is stored under the key of the request that began the plan; None where it is not known. Raises `Unavailable`
    where the rooms service does not answer; the intents then stay stored.
    """
    planned = room_plan.rooms(plan.proposal)
    ask = ApplyRoomPlan(
        action_id=plan.plan_id, hotel=hotel, hotel_version=plan.proposal.version, rooms=tuple(planned.values())
    )
    try:
        applied = conversation.ask(ask)
    except Refusal:
        with conversation.transaction() as work:
            _withdraw(work, _waiting(work, hotel, planned, plan.plan_id))
        raise
    with conversation.transaction() as work:
        waiting = _waiting(work, hotel, planned, plan.plan_id)
        if applied.outdated:
            _withdraw(work, waiting)
        else:
            _end(work, waiting, applied)
            _answer(conversation, work, waiting, reply)
    return not applied.outdated


def complete_stale(conversation: Conversation[BookingsWork], booking: Booking, claim: Claim | None) -> bool:
    """Complete the plan that the booking waits for, as `complete` does. `claim` is that of the plan's request."""
    plan_id = booking.pending.id if booking.pending else ""
    with conversation.reading() as work:
        plan = room_plan.begun(plan_id, work.room_plan.waiting(booking.hotel, plan_id))
    if plan is None:
        return True
    memo = remembered(claim)
    reply = room_plan.reply(memo.proposal) if memo and memo.plan_id == plan_id else None
    return complete(conversation, booking.hotel, plan, reply)


def remembered(claim: Claim | None) -> BegunPlan | None:
    """The plan that an earlier attempt of the request began; None where it began none."""
    return codec.typed(claim.memo, BegunPlan) if claim and claim.memo else None


def _end(work: BookingsWork, waiting: Sequence[Booking], applied: RoomPlanApplied) -> None:
    rooms = {each.booking_id: each.room for each in applied.rooms}
    for booking in waiting:
        if intent := booking.pending:
            work.record(booking, (room_assigned(booking, intent, rooms[booking.id]),), by=intent.by, pending=None)


def _answer(
    conversation: Conversation[BookingsWork],
    work: BookingsWork,
    waiting: Sequence[Booking],
    reply: RoomsPlanned | None,
) -> None:
    """Store the reply, in the transaction that ends the intents: where they have ended, it is stored already."""
    intent = waiting[0].pending if waiting else None
    if intent and intent.key and reply is not None:
        conversation.answer(work, key=intent.key, fingerprint=intent.fingerprint, reply=reply)


def _withdraw(work: BookingsWork, waiting: Sequence[Booking]) -> None:
    for booking in waiting:
        work.note(booking, pending=None)


def _waiting(work: BookingsWork, hotel: str, booking_ids: Collection[str], plan_id: str) -> list[Booking]:
    """Those of these bookings that still wait for the plan, locked."""
    bookings = _locked(work, hotel, booking_ids).values()
    return [booking for booking in bookings if booking.pending and booking.pending.id == plan_id]


def _locked(work: BookingsWork, hotel: str, booking_ids: Collection[str]) -> dict[str, Booking]:
    """The bookings, locked until the transaction ends, keyed by id, ascending."""
    keys = sorted((hotel, booking_id) for booking_id in booking_ids)
    work.bookings.lock_all(keys)
    bookings = work.bookings.find_all(keys)
    return {key[1]: bookings[key] for key in keys if key in bookings}
