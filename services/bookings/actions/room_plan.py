"""Room plan: many bookings get their rooms together, or none of them does.

One transaction stores an intent for each booking, all with the plan's id. The rooms service carries the plan out once
under that id, or finds it outdated for good. Another transaction ends all intents. Whoever finds an intent of the plan
(the request, its repetition, or the timer `drive_stale_actions`) can end the plan.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from chassis import codec
from chassis.refusal import Refusal
from chassis.transactions import idempotency
from chassis.transactions.conversation import Conversation, KeyedConversation
from chassis.transactions.idempotency import Claim
from contracts.bookings.room_plan import RoomsPlanned
from contracts.bookings.views import BookingDetail
from contracts.rooms.room_plan import ApplyRoomPlan, RoomPlanApplied
from services.bookings.domain import room_plan
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.room_plan import BegunPlan
from services.bookings.steps import replies, room_locks
from services.bookings.steps.booking_access import expected
from services.bookings.work import BookingsWork

ATTEMPTS = 3


class PlanAttempts:
    """The attempts of one request to have a plan carried out: three, as a plan may be outdated once it was made.

    Iterates over the ids of the bookings to leave out of the next plan: those that differed twice from what the plan
    knew, because the services do not agree on them.
    """

    def __init__(self, conversation: KeyedConversation[BookingsWork], hotel: str) -> None:
        self._conversation, self._hotel = conversation, hotel
        self._differed: frozenset[str] = frozenset()
        self._left_out: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[frozenset[str]]:
        for _ in range(ATTEMPTS):
            yield self._left_out

    def succeed(self, plan: BegunPlan, **named: Any) -> bool:
        """Begin the plan and complete it; returns False where nothing has changed, because the plan was outdated.

        `named` are further fields of the intent of the booking for which the plan was made.
        """
        differing = begin(self._conversation, self._hotel, plan, **named)
        if not differing and self.completes(plan):
            return True
        self._left_out |= differing & self._differed
        self._differed |= differing
        return False

    def completes(self, plan: BegunPlan) -> bool:
        """Complete the plan that was begun; returns False where the plan was outdated."""
        return complete(self._conversation, self._hotel, plan, replies_to_request=True)


def begin(conversation: KeyedConversation[BookingsWork], hotel: str, plan: BegunPlan, **named: Any) -> frozenset[str]:
    """Store the intents of the plan's bookings, and the plan for a repetition of the request, all or nothing.

    Returns the ids of the bookings that are not as the plan was made for; none where the intents are stored. Refused
    `VERSION_MISMATCH` where the plan's own booking is not at the version that the caller has read. Raises `Unavailable`
    where the claim was lost.
    """
    planned, claim = room_plan.rooms(plan.proposal), conversation.claim
    with conversation.transaction() as work:
        if claim:
            idempotency.renew(work.connection, claim)
        bookings = _locked(work, hotel, planned)
        if differing := room_plan.differing(bookings, planned):
            return differing
        if plan.booking_id in bookings:
            expected(work, bookings[plan.booking_id])
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
                **(named if booking_id == plan.booking_id else {}),
            )
            work.bookings.begin_action(booking, intent)
        conversation.remember(work, plan)
    return frozenset()


def complete(
    conversation: Conversation[BookingsWork], hotel: str, plan: BegunPlan, *, replies_to_request: bool
) -> bool:
    """Ask the rooms service to carry the plan out, and end the intents; returns False where the plan was outdated.

    Where it `replies_to_request`, the plan is as the request has begun it, and the reply is stored under the request's
    key. Raises `Unavailable` where the rooms service does not answer; the intents then stay stored.
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
            ended = _end(work, waiting, applied)
            if replies_to_request:
                _answer(conversation, work, waiting, _reply(work, plan, ended))
    return not applied.outdated


def complete_stale(conversation: Conversation[BookingsWork], booking: Booking, claim: Claim | None) -> bool:
    """Complete the plan that the booking waits for, as `complete` does. `claim` is that of the plan's request."""
    plan_id = booking.pending.id if booking.pending else ""
    with conversation.reading() as work:
        plan = room_plan.begun(plan_id, work.room_plan.waiting(booking.hotel, plan_id))
    if plan is None:
        return True
    memo = remembered(claim)
    knows = memo is not None and memo.plan_id == plan_id
    return complete(conversation, booking.hotel, memo if memo and knows else plan, replies_to_request=knows)


def remembered(claim: Claim | None) -> BegunPlan | None:
    """The plan that an earlier attempt of the request began; None where it began none."""
    return codec.typed(claim.memo, BegunPlan) if claim and claim.memo else None


def _end(work: BookingsWork, waiting: Sequence[Booking], applied: RoomPlanApplied) -> dict[str, Booking]:
    rooms = {each.booking_id: each.room for each in applied.rooms}
    return {
        booking.id: room_locks.record_room(work, booking, intent, rooms[booking.id])
        for booking in waiting
        if (intent := booking.pending)
    }


def _reply(work: BookingsWork, plan: BegunPlan, ended: dict[str, Booking]) -> RoomsPlanned | BookingDetail | None:
    """The reply to the request: the plan, or the booking for which the plan was made."""
    if plan.booking_id is None:
        return room_plan.reply(plan.proposal)
    booking = ended.get(plan.booking_id)
    return replies.booking_detail(work, booking) if booking else None


def _answer(
    conversation: Conversation[BookingsWork],
    work: BookingsWork,
    waiting: Sequence[Booking],
    reply: RoomsPlanned | BookingDetail | None,
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
