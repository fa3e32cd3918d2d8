"""What the plan is made of: the rooms, holds and periods of a hotel, as rooms, stays and blocks to plan."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period, PeriodKind
from services.rooms.domain.room_plan.plan import BlockToPlan, RoomToPlan, StayToPlan
from services.rooms.domain.rooms import Room, is_out_of_order


@dataclass(frozen=True, kw_only=True)
class PlanSources:
    """The arguments of `plan_rooms`."""

    rooms: tuple[RoomToPlan, ...]
    stays: tuple[StayToPlan, ...]
    blocks: tuple[BlockToPlan, ...]


def sources(
    rooms: Iterable[Room],
    holds: Iterable[Hold],
    periods: Sequence[Period],
    *,
    today: date,
    needing: Collection[str],
    locked: Collection[str],
) -> PlanSources:
    """The sources of a plan from the hotel-local date `today` on. `periods` are those of the night before and later.

    `needing` are the bookings that are to have a room, of the type on which their nights count; `locked` are those that
    keep the one they have. A stay keeps its room also while the guest is in house, and where the booking has no live
    hold. Nights before today are left out, and so are inactive rooms with their stays. A room that is not ready
    tonight, and will not be, is given to nobody tonight: the room is closed, or who has it for tonight keeps it. Nights
    that are held for a change are blocked.
    """
    active = [room for room in rooms if room.is_active]
    numbers = {room.id for room in active}
    leaving = {period.booking_id for period in periods if period.nights.check_out >= today}
    closed = {room.id for room in active if _is_closed(room, leaving, today=today)}
    booked = {hold.booking_id: hold for hold in holds if hold.live}
    present = [(period, nights) for period in periods if (nights := nights_from(period.nights, today))]
    stays = [
        StayToPlan(
            booking_id=str(period.booking_id),
            room_type_id=_type(period, booked, active),
            nights=nights,
            room_id=period.room_id,
            fixed=(
                period.moved_in
                or period.booking_id in locked
                or period.booking_id not in booked
                or (period.room_id in closed and nights.check_in == today)
            ),
        )
        for period, nights in present
        if period.kind is PeriodKind.STAY and not period.held and period.room_id in numbers
    ]
    with_room = {period.booking_id for period in periods if period.booking_id}
    stays += [
        StayToPlan(booking_id=hold.booking_id, room_type_id=room_type_id, nights=nights)
        for hold in booked.values()
        if hold.booking_id in needing and hold.booking_id not in with_room
        if (nights := nights_from(hold.stay, today)) and (room_type_id := counted_type(hold, today=today)) is not None
    ]
    blocks = [
        BlockToPlan(id=str(period.id), room_id=period.room_id, nights=nights)
        for period, nights in present
        if (period.kind is PeriodKind.BLOCK or period.held) and period.room_id in numbers
    ]
    tonight = Stay(today, today + timedelta(days=1))
    taken = {period.room_id for period, nights in present if nights.check_in == today}
    blocks += [
        BlockToPlan(id=f"room/{room.room_number}", room_id=room.id, nights=tonight)
        for room in active
        if room.id in closed and room.id not in taken
    ]
    return PlanSources(
        rooms=tuple(
            RoomToPlan(room_id=room.id, room_number=room.room_number, room_type_id=room.room_type_id) for room in active
        ),
        stays=tuple(stays),
        blocks=tuple(blocks),
    )


def counted_type(hold: Hold, *, today: date) -> int | None:
    """The room type on which the hold's nights from today on count; None where they count on several.

    This is the booked type, unless the booking had a room of another type whose nights have not been counted back.
    """
    types = {part.room_type_id for part in hold.parts if part.until > today} or {hold.room_type_id}
    return types.pop() if len(types) == 1 else None


def _is_closed(room: Room, leaving: Collection[str | None], *, today: date) -> bool:
    """Whether the room will not be ready tonight; one that is dirty, or whose guest leaves today, will.

    A guest who is not among those `leaving` today or later was to leave before, and may stay on.
    """
    overstays = room.occupied_by is not None and room.occupied_by not in leaving
    return overstays or room.status is RoomStatus.MAINTENANCE_REQUIRED or is_out_of_order(room, today=today)


def nights_from(nights: Stay, today: date) -> Stay | None:
    """The nights from today on; None where there are none."""
    return Stay(max(nights.check_in, today), nights.check_out) if nights.check_out > today else None


def _type(period: Period, booked: dict[str, Hold], rooms: Iterable[Room]) -> int:
    """The booked type; that of the room where the booking has no live hold."""
    if hold := booked.get(str(period.booking_id)):
        return hold.room_type_id
    return next(room.room_type_id for room in rooms if room.id == period.room_id)
