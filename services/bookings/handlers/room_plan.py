"""Plans the rooms of a hotel's stays, and has the plan carried out as a whole."""

from datetime import timedelta
from uuid import uuid4

from chassis.observability import logs
from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.room_plan import PlanRooms, RoomsPlanned
from contracts.rooms.room_plan import FindRoomPlan, RoomPlanProposal
from services.bookings.actions import room_plan as plans
from services.bookings.actions.assign import require_assignable
from services.bookings.domain import access, room_plan
from services.bookings.domain.room_plan import BegunPlan, StaysToPlan
from services.bookings.domain.validation import invalid
from services.bookings.work import BookingsWork

ATTEMPTS = 3

log = logs.logger(__name__)


def plan_rooms(command: PlanRooms, conversation: KeyedConversation[BookingsWork]) -> RoomsPlanned:
    """Give rooms to the stays that need one. A repetition of the request completes the plan that the request began."""
    access.require_own_hotel(command.hotel, conversation.context.caller)
    room_plan.check(command)
    if memo := plans.remembered(conversation.claim):
        reply = room_plan.reply(memo.proposal)
        if plans.complete(conversation, command.hotel, memo, reply):
            return reply
    differed: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()  # the bookings that differed twice: the services do not agree on them
    for _ in range(ATTEMPTS):
        proposal = _proposal(command, conversation, left_out)
        reply = room_plan.reply(proposal)
        if command.dry_run or not room_plan.rooms(proposal):
            with conversation.transaction() as work:
                return conversation.finish(work, reply)
        room_plan.check_size(proposal)
        plan = BegunPlan(plan_id=uuid4().hex, proposal=proposal)
        differing = plans.begin(conversation, command.hotel, plan)
        if not differing and plans.complete(conversation, command.hotel, plan, reply):
            _log(command, reply)
            return reply
        left_out |= differing & differed
        differed |= differing
    raise Refusal("PLAN_OUTDATED", "The hotel's rooms and stays keep changing; try again.")


def _proposal(
    command: PlanRooms, conversation: KeyedConversation[BookingsWork], left_out: frozenset[str]
) -> RoomPlanProposal:
    """The plan of the rooms service without the bookings `left_out`; an empty one where no stay needs a room."""
    with conversation.reading() as work:
        stays = _stays(command, work).without(left_out)
    if not stays.needing:
        return RoomPlanProposal(version="")
    return conversation.ask(FindRoomPlan(hotel=command.hotel, needing=stays.needing, fixed=stays.fixed))


def _stays(command: PlanRooms, work: BookingsWork) -> StaysToPlan:
    """The stays to plan. Raises the refusals of `require_assignable` for a booking that is named and not confirmed."""
    yesterday = work.now.date() - timedelta(days=1)  # of any hotel: UTC is at most a day ahead
    confirmed = work.room_plan.confirmed(command.hotel, after=yesterday)
    for booking_id in sorted(set(command.booking_ids or ()) - {stay.booking_id for stay in confirmed}):
        booking = work.bookings.find(command.hotel, booking_id)
        if booking is None:
            raise access.not_found()
        require_assignable(booking)
        raise invalid("booking_ids", f"{booking_id} has no night to come")
    return room_plan.to_plan(command, confirmed)


def _log(command: PlanRooms, reply: RoomsPlanned) -> None:
    log.info(
        "rooms_planned",
        hotel=command.hotel,
        assigned=len(reply.assigned),
        moved=len(reply.moved),
        impossible=len(reply.impossible),
        proven=reply.proven,
    )
