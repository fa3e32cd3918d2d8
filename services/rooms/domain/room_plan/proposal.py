"""The proposal of a room plan: what of a hotel is planned for the bookings that need a room, and the plan in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contracts.rooms.room_plan import FindRoomPlan, PlannedStay, RoomPlanProposal, StayWithoutRoom
from contracts.values import Stay
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period
from services.rooms.domain.room_plan.plan import RoomPlan
from services.rooms.domain.room_plan.sources import PlanSources, counted_type, nights_from, sources
from services.rooms.domain.rooms import Room


@dataclass(frozen=True, kw_only=True)
class PlannedHotel:
    """The rooms, holds and periods of a hotel as they were at the version. `holds` are keyed by booking id."""

    version: str
    today: date
    rooms: Sequence[Room]
    holds: Mapping[str, Hold]
    periods: Sequence[Period]


def to_plan(query: FindRoomPlan, hotel: PlannedHotel) -> tuple[PlanSources, tuple[StayWithoutRoom, ...]]:
    """The sources of the plan, and the stays that no plan gives a room: too large a party, or several types.

    The sources have only the types of stays that need a room.
    """
    live = [hotel.holds[each.booking_id] for each in query.needing if each.booking_id in hotel.holds]
    party = {each.booking_id: each.party for each in query.needing}
    with_room = {period.booking_id for period in hotel.periods}
    sleeps = {room.room_type_id: room.max_occupancy for room in hotel.rooms}
    needing, without = set(), []
    for hold in live:
        nights = nights_from(hold.stay, hotel.today)
        if not hold.live or nights is None or hold.booking_id in with_room:
            continue
        room_type_id = counted_type(hold, today=hotel.today)
        if room_type_id is None or sleeps.get(room_type_id, party[hold.booking_id]) < party[hold.booking_id]:
            without.append(_without_any(hold, nights))
        else:
            needing.add(hold.booking_id)
    whole = sources(
        hotel.rooms,
        hotel.holds.values(),
        hotel.periods,
        today=hotel.today,
        needing=needing,
        locked={*query.fixed, *party},
    )
    return _of_types(whole, {stay.room_type_id for stay in whole.stays if stay.room_id is None}), tuple(without)


def proposal(hotel: PlannedHotel, plan: RoomPlan, without: Iterable[StayWithoutRoom]) -> RoomPlanProposal:
    """The plan with the numbers of rooms."""
    numbers = {room.id: room.room_number for room in hotel.rooms}

    def planned(booking_id: str, room_id: int, from_room_id: int | None = None) -> PlannedStay:
        return PlannedStay(
            booking_id=booking_id,
            room_number=numbers[room_id],
            hold_version=hotel.holds[booking_id].version,
            previous_room_number=None if from_room_id is None else numbers[from_room_id],
        )

    return RoomPlanProposal(
        version=hotel.version,
        assigned=tuple(planned(each.booking_id, each.room_id) for each in plan.assigned),
        moved=tuple(planned(each.booking_id, each.to_room_id, each.from_room_id) for each in plan.moved),
        impossible=(*plan.impossible, *without),
        proven=plan.proven,
        moves_at_least=plan.moves_at_least,
    )


def _of_types(whole: PlanSources, types: set[int]) -> PlanSources:
    """The part of the sources that is about rooms of these types."""
    rooms = tuple(room for room in whole.rooms if room.room_type_id in types)
    ids = {room.room_id for room in rooms}
    return replace(
        whole,
        rooms=rooms,
        stays=tuple(stay for stay in whole.stays if stay.room_id is None or stay.room_id in ids),
        blocks=tuple(block for block in whole.blocks if block.room_id in ids),
    )


def _without_any(hold: Hold, nights: Stay) -> StayWithoutRoom:
    dates = tuple(nights.check_in + timedelta(days=number) for number in range(nights.nights))
    return StayWithoutRoom(booking_id=hold.booking_id, nights=dates, blocked_by=())
