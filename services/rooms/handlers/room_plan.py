"""Finds a room plan for a hotel, and applies one to the hotel that it was found for."""

from datetime import timedelta

from chassis.transactions.conversation import Conversation
from contracts.rooms.room_plan import ApplyRoomPlan, FindRoomPlan, RoomGiven, RoomPlanApplied, RoomPlanProposal
from contracts.values import Stay
from services.rooms.domain import assignments, stays
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.room_plan import proposal
from services.rooms.domain.room_plan.proposal import PlannedHotel
from services.rooms.steps import action_log, hotel_access
from services.rooms.work import RoomsWork


def find_room_plan(query: FindRoomPlan, conversation: Conversation[RoomsWork]) -> RoomPlanProposal:
    """The plan for the hotel as it is now, computed outside any transaction."""
    with conversation.reading() as work:
        hotel = _read(query, work)
    sources, without = proposal.to_plan(query, hotel)
    plan = conversation.dependencies.plan(sources)
    return proposal.proposal(hotel, plan, without)


@action_log.once(RoomPlanApplied)
def apply_room_plan(command: ApplyRoomPlan, work: RoomsWork) -> RoomPlanApplied:
    """Give the stays their rooms. The version is read once their holds and rooms are locked."""
    hotel_access.check_own(work.caller, command.hotel)
    hotel = hotel_access.existing(work.hotels.get(command.hotel))
    today = stays.local_day(work.now, hotel.timezone)
    planned = {each.booking_id: each for each in command.rooms}
    holds = work.holds.lock_all([hotel.slug], planned)
    named = work.rooms.named(hotel.slug, ids=(), numbers=[each.room_number for each in command.rooms])
    current = work.periods.of_bookings([hotel.slug], planned)
    ids = {room.id for room in named} | {stay.room_id for stay in current.values()}
    rooms = {room.room_number: room for room in work.rooms.lock([hotel.slug], ids).values()}
    versions = {booking_id: hold.version for booking_id, hold in holds.items() if hold.live}
    if versions != {booking_id: each.hold_version for booking_id, each in planned.items()}:
        return RoomPlanApplied(outdated=True)
    if work.room_plan.version(hotel.slug, today=today) != command.hotel_version:
        return RoomPlanApplied(outdated=True)
    work.room_plan.end_stays(hotel.slug, list(current.values()), now=work.now)
    nights = {each: Stay(max(hold.stay.check_in, today), hold.stay.check_out) for each, hold in holds.items()}
    given = {booking_id: rooms[each.room_number] for booking_id, each in planned.items()}
    work.room_plan.begin_stays(
        hotel.slug, {booking_id: (room, nights[booking_id]) for booking_id, room in given.items()}, now=work.now
    )
    return RoomPlanApplied(
        rooms=tuple(
            RoomGiven(
                booking_id=booking_id,
                room=room_taken(room, warnings=assignments.type_warnings(room, holds[booking_id])),
            )
            for booking_id, room in given.items()
        )
    )


def _read(query: FindRoomPlan, work: RoomsWork) -> PlannedHotel:
    """The version is read first: what changes after that makes the plan outdated."""
    hotel_access.check_own(work.caller, query.hotel)
    hotel = hotel_access.existing(work.hotels.get(query.hotel))
    today = stays.local_day(work.now, hotel.timezone)
    version = work.room_plan.version(hotel.slug, today=today)
    periods = work.periods.from_night(hotel.slug, today - timedelta(days=1))
    booking_ids = {period.booking_id for period in periods if period.booking_id}
    booking_ids |= {each.booking_id for each in query.needing}
    holds = work.room_plan.holds(hotel.slug, sorted(booking_ids))
    return PlannedHotel(version=version, today=today, rooms=work.rooms.all(hotel.slug), holds=holds, periods=periods)
