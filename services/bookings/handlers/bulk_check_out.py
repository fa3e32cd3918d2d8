"""Bulk check-out: vacates many rooms, each independently of the others."""

from collections.abc import Sequence
from uuid import uuid4

from chassis import codec
from chassis.observability import logs
from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.bulk_check_out import CheckOutRooms, RoomFailed, RoomsCheckedOut
from contracts.data import Data
from contracts.rooms.rooms import FindRooms, RoomView
from contracts.values import Permission
from services.bookings.actions import vacate
from services.bookings.domain import access
from services.bookings.domain.validation import invalid
from services.bookings.steps.bulk import attempt_each
from services.bookings.work import BookingsWork

DESTRUCTIVE = "destructive bulk check-out"
MOST_ROOMS = 100

log = logs.logger(__name__)


class PlannedRoom(Data):
    """A room to vacate: its bookings in house, its occupant, and the id of the action that clears the room."""

    room_number: str
    in_house: tuple[str, ...]
    occupied_by: str | None
    action_id: str


class Plan(Data):
    """The rooms as the command met them, and the ids and numbers of no room. Stored for the command's repetition."""

    rooms: tuple[PlannedRoom, ...]
    unknown: tuple[int | str, ...]


def check_out_rooms(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork]) -> RoomsCheckedOut:
    """Vacate the rooms; returns one result for each room.

    The whole command is refused only for a caller without permission or for too many rooms. Raises `Unavailable` as
    `attempt_each` does.
    """
    _check(command, conversation)
    plan = _plan(command, conversation)
    vacated, refused = attempt_each(conversation, plan.rooms, lambda room: _vacate(command, conversation, room))
    left = [booking_id for _, checked_out in vacated for booking_id in checked_out]
    cleared = [room.room_number for room, checked_out in vacated if not checked_out]
    failed = [RoomFailed(room_number=str(one), code="ROOM_NOT_FOUND") for one in plan.unknown]
    failed += [RoomFailed(room_number=room.room_number, code=code) for room, code in refused]
    log.info("rooms_checked_out", hotel=command.hotel, left=len(left), cleared=len(cleared), failed=len(failed))
    reply = RoomsCheckedOut(
        hotel=command.hotel,
        processed=len(plan.rooms) + len(plan.unknown),
        checked_out_bookings=tuple(left),
        rooms_cleared=tuple(cleared),
        failed=tuple(failed),
        destructive=command.destructive,
    )
    with conversation.transaction() as work:
        conversation.finish(work, reply)
    return reply


def _check(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork]) -> None:
    caller = conversation.context.caller
    access.require_own_hotel(command.hotel, caller)
    if command.destructive and not caller.may(Permission.SUPERUSER):
        raise Refusal("PERMISSION_DENIED", "A destructive check-out needs is_superuser.")
    if len(command.rooms) > MOST_ROOMS:
        raise invalid("room_ids", f"at most {MOST_ROOMS} rooms")


def _plan(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork]) -> Plan:
    """The plan of the command. The plan of an interrupted request is kept, so that nobody who came later is vacated."""
    claim = conversation.claim
    if claim and claim.memo is not None:
        return codec.typed(claim.memo, Plan)
    named = tuple(dict.fromkeys(command.rooms))
    rooms, unknown = _rooms_of(command.hotel, named, conversation)
    with conversation.reading() as work:
        in_house = work.bookings.in_house_in(command.hotel, [room.room_number for room in rooms])
    plan = Plan(rooms=tuple(_planned(room, in_house.get(room.room_number, ())) for room in rooms), unknown=unknown)
    if claim:
        with conversation.transaction() as work:
            conversation.remember(work, plan)
    return plan


def _planned(room: RoomView, in_house: tuple[str, ...]) -> PlannedRoom:
    return PlannedRoom(
        room_number=room.room_number,
        in_house=in_house,
        occupied_by=room.current_booking_id,
        action_id=uuid4().hex,
    )


def _rooms_of(
    hotel: str, named: Sequence[int | str], conversation: KeyedConversation[BookingsWork]
) -> tuple[tuple[RoomView, ...], tuple[int | str, ...]]:
    """The hotel's rooms among the named ids and numbers, and the ids and numbers that belong to no room."""
    ids = tuple(one for one in named if isinstance(one, int))
    numbers = tuple(one for one in named if isinstance(one, str))
    rooms = conversation.ask(FindRooms(hotel=hotel, ids=ids, numbers=numbers)).rooms
    known: set[int | str] = {name for room in rooms for name in (room.id, room.room_number)}
    return rooms, tuple(one for one in named if one not in known)


def _vacate(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork], room: PlannedRoom) -> Sequence[str]:
    """Vacate one room; returns the bookings checked out, none where an occupancy without a stay was cleared."""
    reason = (command.reason or DESTRUCTIVE) if command.destructive else command.reason
    repeated = conversation.claim is not None and conversation.claim.taken_over
    checked_out = [
        booking_id
        for booking_id in room.in_house
        if vacate.check_out(
            conversation,
            hotel=command.hotel,
            booking_id=booking_id,
            reason=reason,
            force=command.destructive,
        )
    ]
    if checked_out or (repeated and room.in_house):
        return room.in_house if repeated else checked_out
    if room.occupied_by is None:
        raise Refusal("ROOM_NOT_OCCUPIED", f"Nobody lives in room {room.room_number}.")
    why = reason or "bulk check-out: no guest in house"
    vacate.clear(
        conversation,
        hotel=command.hotel,
        room_number=room.room_number,
        booking_id=room.occupied_by,
        why=why,
        action_id=room.action_id,
    )
    return ()
