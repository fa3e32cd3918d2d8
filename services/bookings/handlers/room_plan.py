"""Plans the rooms of a hotel's stays, and has the plan carried out as a whole."""

from datetime import timedelta
from uuid import uuid4

from chassis.observability import logs
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.room_plan import PlanRooms, RoomsPlanned
from contracts.rooms.room_plan import FindRoomPlan, RoomPlanProposal
from services.bookings.actions import room_plan as plans
from services.bookings.domain import access, room_plan
from services.bookings.domain.assignments import require_assignable
from services.bookings.domain.room_plan import BegunPlan, StaysToPlan
from services.bookings.domain.validation import invalid
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def plan_rooms(command: PlanRooms, conversation: KeyedConversation[BookingsWork]) -> RoomsPlanned:
    """Give rooms to the stays that need one. A repetition of the request completes the plan that the request began."""
    access.require_own_hotel(command.hotel, conversation.context.caller)
    room_plan.check(command)
    attempts = plans.PlanAttempts(conversation, command.hotel)
    if (memo := plans.remembered(conversation.claim)) and attempts.completes(memo):
        return room_plan.reply(memo.proposal)
    for left_out in attempts:
        proposal = _proposal(command, conversation, left_out)
        reply = room_plan.reply(proposal)
        if command.dry_run or not room_plan.rooms(proposal):
            with conversation.transaction() as work:
                return conversation.finish(work, reply)
        room_plan.check_size(proposal)
        if attempts.succeed(BegunPlan(plan_id=uuid4().hex, proposal=proposal)):
            _log(command, reply)
            return reply
    raise room_plan.outdated()


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
