"""Bulk check-out: vacates many rooms, each independently of the others."""

from collections.abc import Sequence

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.bulk_check_out import CheckOutRooms, RoomFailed, RoomsCheckedOut
from contracts.rooms.rooms import FindRooms, RoomView
from contracts.values import Permission
from services.bookings.actions import vacate
from services.bookings.domain import access
from services.bookings.domain.validation import invalid
from services.bookings.work import BookingsWork

DESTRUCTIVE = "destructive bulk check-out"
MOST_ROOMS = 100

log = logs.logger(__name__)


def check_out_rooms(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork]) -> RoomsCheckedOut:
    """Vacate the rooms; returns one result for each room.

    The whole command is refused only for a caller without permission or for too many rooms.
    """
    _check(command, conversation)
    named = tuple(dict.fromkeys(command.rooms))
    rooms, unknown = _rooms_of(command.hotel, named, conversation)
    with conversation.reading() as work:
        in_house = work.bookings.in_house_in(command.hotel, [room.room_number for room in rooms])
    failed = [RoomFailed(room_number=str(one), code="ROOM_NOT_FOUND") for one in unknown]
    left: list[str] = []
    cleared: list[str] = []
    for room in rooms:
        try:
            checked_out = _vacate(command, conversation, room, in_house.get(room.room_number, ()))
        except Refusal as refusal:
            failed.append(RoomFailed(room_number=room.room_number, code=refusal.code))
        except Unavailable:
            failed.append(RoomFailed(room_number=room.room_number, code="SERVICE_UNAVAILABLE"))
        else:
            left += checked_out
            cleared += [] if checked_out else [room.room_number]
    log.info("rooms_checked_out", hotel=command.hotel, left=len(left), cleared=len(cleared), failed=len(failed))
    reply = RoomsCheckedOut(
        hotel=command.hotel,
        processed=len(rooms) + len(unknown),
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


def _rooms_of(
    hotel: str, named: Sequence[int | str], conversation: KeyedConversation[BookingsWork]
) -> tuple[tuple[RoomView, ...], list[int | str]]:
    """Look up rooms by id or number; returns the hotel's rooms, and the ids and numbers that belong to no room."""
    ids = tuple(one for one in named if isinstance(one, int))
    numbers = tuple(one for one in named if isinstance(one, str))
    rooms = conversation.ask(FindRooms(hotel=hotel, ids=ids, numbers=numbers)).rooms
    known: set[int | str] = {name for room in rooms for name in (room.id, room.room_number)}
    return rooms, [one for one in named if one not in known]


def _vacate(
    command: CheckOutRooms, conversation: KeyedConversation[BookingsWork], room: RoomView, in_house: Sequence[str]
) -> list[str]:
    """Vacate one room; returns the bookings that are checked out. An occupancy without a stay gives an empty list."""
    reason = (command.reason or DESTRUCTIVE) if command.destructive else command.reason
    checked_out = [
        booking_id
        for booking_id in in_house
        if vacate.check_out(conversation, booking_id, reason=reason, force=command.destructive)
    ]
    if checked_out:
        return checked_out
    if room.current_booking_id is None:
        raise Refusal("ROOM_NOT_OCCUPIED", f"Nobody lives in room {room.room_number}.")
    why = reason or "bulk check-out: no guest in house"
    vacate.clear(
        conversation, hotel=command.hotel, room_number=room.room_number, booking_id=room.current_booking_id, why=why
    )
    return []
