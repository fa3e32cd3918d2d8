"""Assign without a room number: a booking gets the best room, for which other stays move where needed."""

from datetime import timedelta
from uuid import uuid4

from chassis import codec
from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.stays import AssignRoom
from contracts.bookings.views import BookingDetail
from contracts.rooms.room_plan import FindRoomPlan, RoomPlanProposal
from services.bookings.actions import room_plan as plans
from services.bookings.domain import assignments, room_plan
from services.bookings.domain.room_plan import BegunPlan, StaysToPlan
from services.bookings.steps import room_locks
from services.bookings.steps.booking_access import locked
from services.bookings.steps.pending_actions import reply_of, require_none
from services.bookings.work import BookingsWork


def assign_best_room(command: AssignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Give the booking a room by a plan of which the booking is the only one that gets its first room.

    A repetition of the request completes the plan that the request began. Refused `NO_ROOM_AVAILABLE`, `PLAN_OUTDATED`,
    `ACTION_IN_PROGRESS`; raises the refusals of `require_assignable`.
    """
    attempts = plans.PlanAttempts(conversation, command.hotel)
    if (memo := plans.remembered(conversation.claim)) and attempts.completes(memo):
        return _reply(command, conversation)
    for left_out in attempts:
        with conversation.transaction() as work:
            booking = locked(work, command)
            assignments.require_assignable(booking)
            if booking.assigned_room_number is not None:
                return room_locks.finish(conversation, work, booking, locked=command.locked)
            stays = room_plan.for_one(require_none(booking), _confirmed(command, work)).without(left_out)
        if not stays.needing:
            break
        proposal = _proposal(command, conversation, stays)
        room_plan.check_size(proposal)
        plan = BegunPlan(plan_id=uuid4().hex, proposal=proposal, booking_id=command.booking_id)
        named = {"notes": command.notes, "reason": command.reason, "locked": bool(command.locked)}
        if attempts.succeed(plan, **named):
            return _reply(command, conversation)
    raise room_plan.outdated()


def _confirmed(command: AssignRoom, work: BookingsWork) -> list[room_plan.ConfirmedStay]:
    yesterday = work.now.date() - timedelta(days=1)  # of any hotel: UTC is at most a day ahead
    return work.room_plan.confirmed(command.hotel, after=yesterday)


def _proposal(
    command: AssignRoom, conversation: KeyedConversation[BookingsWork], stays: StaysToPlan
) -> RoomPlanProposal:
    """The plan that gives the booking a room. Refused `NO_ROOM_AVAILABLE`."""
    proposal = conversation.ask(FindRoomPlan(hotel=command.hotel, needing=stays.needing, fixed=stays.fixed))
    if any(stay.booking_id == command.booking_id for stay in proposal.assigned):
        return proposal
    reason = codec.plain(next(iter(proposal.impossible))) if proposal.impossible else {"nights": [], "blocked_by": []}
    raise Refusal(
        "NO_ROOM_AVAILABLE",
        "No room of the booked type can be had for the whole stay, even with other stays moved.",
        nights=reason["nights"],
        blocked_by=reason["blocked_by"],
        proven=proposal.proven,
    )


def _reply(command: AssignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    claim = conversation.claim
    key, fingerprint = (claim.key, claim.fingerprint) if claim else (None, "")
    with conversation.reading() as work:
        return reply_of(work, command.hotel, command.booking_id, key=key, fingerprint=fingerprint)
