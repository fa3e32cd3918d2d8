"""Changes of a booked stay: previewed, and carried out."""

from contracts.rooms.events import InventoryChanged
from contracts.rooms.stay_changes import ChangeOffer, ChangeStay, PreviewStayChange, RoomAfterChange, StayChangedReply
from contracts.values import Stay
from services.rooms.domain import stay_changes
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Hold, nothing_held
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.stay_changes import InventoryChange
from services.rooms.domain.waiting_changes import given_back
from services.rooms.steps import action_log, hotel_access, waiting_changes
from services.rooms.steps.stay_changes import checked, decided, require_expected, shift
from services.rooms.work import RoomsWork


def preview_stay_change(query: PreviewStayChange, work: RoomsWork) -> ChangeOffer:
    """Calculate the change. The result can differ from a later change: nothing is held."""
    hotel_access.check_own(work.caller, query.hotel)
    waiting = work.waiting_changes.get(query.hotel, query.booking_id)
    held = work.held_rooms.seen_with_own_room(query.hotel, query.booking_id)
    return decided(query.stay, work, checked(held, draft=query.stay.draft), waiting)[0]


@action_log.once(StayChangedReply)
def change_stay(command: ChangeStay, work: RoomsWork) -> StayChangedReply:
    """Sell the added nights and free the removed ones. The room is kept or freed as the offer says."""
    hotel_access.check_own(work.caller, command.hotel)
    waiting = work.waiting_changes.lock(command.hotel, command.booking_id)
    held = checked(work.held_rooms.with_own_room(command.hotel, command.booking_id), draft=command.stay.draft)
    offer, room_type, change = decided(command.stay, work, held, waiting)
    require_expected(command, offer, room_type)
    if change is None:
        return StayChangedReply(offer=offer)
    if held.stay and held.stay.moved_in and offer.room is not RoomAfterChange.KEPT:
        raise stay_changes.room_taken_meanwhile()
    _carry_out(command, work, held, change, waiting=waiting, room_type=room_type)
    room = held.room if change.room is RoomAfterChange.KEPT else None
    return StayChangedReply(offer=offer, room=room_taken(room) if room else None)


def _carry_out(
    command: ChangeStay,
    work: RoomsWork,
    held: HeldRoom,
    change: InventoryChange,
    *,
    waiting: Hold | None,
    room_type: RoomType,
) -> None:
    hold, stay, nights = held.hold, held.stay, Stay(command.stay.check_in, command.stay.check_out)
    if hold is None:
        raise nothing_held()
    waiting_changes.end(work, waiting)
    if stay and held.room and change.room is RoomAfterChange.KEPT:
        in_room = stay_changes.nights_in_room(stay, nights)
        work.periods.shift(stay, held.room.room_number, nights=in_room)
    elif stay:
        work.periods.end(stay, until=stay.nights.check_in, now=work.now)
    version = work.holds.change(hold, room_type_id=room_type.id, stay=nights, parts=change.parts)
    shift(work, hold, room_type, (*given_back(waiting), *change.changes))
    event = InventoryChanged(
        booking_id=hold.booking_id,
        hotel=hold.hotel,
        room_type_code=room_type.code,
        check_in=nights.check_in,
        check_out=nights.check_out,
        action_id=command.action_id,
    )
    work.publish(event, sequence=version)
