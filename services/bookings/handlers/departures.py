"""Checking out many rooms at once: each by the one way there is, and on its own."""

from collections.abc import Sequence

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import CheckOutRooms, RoomFailed, RoomsCheckedOut
from contracts.rooms.rooms import FindRooms, RoomView
from contracts.values import Permission
from services.bookings.domain import access
from services.bookings.handlers import emptying
from services.bookings.work import BookingsWork

DESTRUCTIVE = "destructive bulk check-out"
MOST_ROOMS = 100

log = logs.logger(__name__)


def check_out_rooms(command: CheckOutRooms, conversation: KeyedConversation[BookingsWork]) -> RoomsCheckedOut:
    """Every room that was named, and what became of it; only who asks wrongly is refused as a whole."""
    _check(command, conversation)
    wanted = tuple(dict.fromkeys(command.rooms))
    rooms, unknown = _found(command.hotel, wanted, conversation)
    with conversation.reading() as work:
        lived_in = work.bookings.in_house_in(command.hotel, [room.room_number for room in rooms])
    failed = [RoomFailed(room_number=str(one), code="ROOM_NOT_FOUND") for one in unknown]
    left: list[str] = []
    cleared: list[str] = []
    for room in rooms:
        try:
            gone = _emptied(command, conversation, room, lived_in.get(room.room_number, ()))
        except Refusal as refusal:
            failed.append(RoomFailed(room_number=room.room_number, code=refusal.code))
        except Unavailable:
            failed.append(RoomFailed(room_number=room.room_number, code="SERVICE_UNAVAILABLE"))
        else:
            left += gone
            cleared += [] if gone else [room.room_number]
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
    access.staff_only(caller)
    if caller.kind == "staff" and caller.hotel != command.hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")
    if command.destructive and not caller.may(Permission.SUPERUSER):
        raise Refusal("PERMISSION_DENIED", "A destructive check-out needs is_superuser.")
    if len(command.rooms) > MOST_ROOMS:
        words = f"at most {MOST_ROOMS} rooms"
        raise Refusal("VALIDATION_ERROR", words, errors=[{"field": "room_ids", "message": words}])


def _found(
    hotel: str, wanted: Sequence[int | str], conversation: KeyedConversation[BookingsWork]
) -> tuple[tuple[RoomView, ...], list[int | str]]:
    """The hotel's rooms among those named, each once, and the names that it has no room for."""
    ids = tuple(one for one in wanted if isinstance(one, int))
    numbers = tuple(one for one in wanted if isinstance(one, str))
    rooms = conversation.ask(FindRooms(hotel=hotel, ids=ids, numbers=numbers)).rooms
    known: set[int | str] = {name for room in rooms for name in (room.id, room.room_number)}
    return rooms, [one for one in wanted if one not in known]


def _emptied(
    command: CheckOutRooms, conversation: KeyedConversation[BookingsWork], room: RoomView, in_house: Sequence[str]
) -> list[str]:
    """The bookings that were checked out; none: the room was occupied, and is cleared."""
    reason = (command.reason or DESTRUCTIVE) if command.destructive else command.reason
    gone = [one for one in in_house if emptying.check_out(conversation, one, reason=reason, force=command.destructive)]
    if gone:
        return gone
    if room.current_booking_id is None:
        raise Refusal("ROOM_NOT_OCCUPIED", f"Nobody lives in room {room.room_number}.")
    why = reason or "bulk check-out: no guest in house"
    emptying.clear(
        conversation, hotel=command.hotel, room_number=room.room_number, booking_id=room.current_booking_id, why=why
    )
    return []
