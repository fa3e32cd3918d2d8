"""Changes of a stay that wait for their payment: the added nights are held, and given to the booking or given back."""

from dataclasses import replace

from contracts.bookings.stay_changes import StayChangeLapsed
from contracts.rooms.events import InventoryChanged, InventoryHeld
from contracts.rooms.stay_changes import RoomAfterChange, StayChangedReply
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.values import Stay
from services.rooms.domain import stay_changes, waiting_changes
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Release, nothing_held
from services.rooms.domain.stay_changes import InventoryChange
from services.rooms.steps import action_log, hotel_access, releases
from services.rooms.steps import waiting_changes as waiting_holds
from services.rooms.steps.stay_changes import checked, decided, require_expected, shift
from services.rooms.work import RoomsWork


@action_log.once(StayChangedReply)
def hold_stay_change(command: HoldStayChange, work: RoomsWork) -> StayChangedReply:
    """Hold the added nights for the change, in place of those of an earlier change that still waits."""
    hotel_access.check_own(work.caller, command.hotel)
    earlier = work.waiting_changes.lock(command.hotel, command.booking_id)
    held = checked(work.held_rooms.with_own_room(command.hotel, command.booking_id), draft=False)
    offer, room_type, change = decided(command.stay, work, held, earlier)
    require_expected(command, offer, room_type)
    if held.hold is None or change is None:
        raise nothing_held()
    parts = waiting_changes.added_parts(change)
    waiting_holds.end(work, earlier)
    _hold(command, work, held, change, room_type_code=room_type.code)
    work.waiting_changes.take(
        held.hold,
        change_id=command.action_id,
        room_type_id=room_type.id,
        stay=Stay(command.stay.check_in, command.stay.check_out),
        parts=parts,
        offer=offer,
        now=work.now,
    )
    sold = tuple(each for each in change.changes if each.by > 0)
    shift(work, held.hold, room_type, (*waiting_changes.given_back(earlier), *sold))
    nights_held = sum((part.until - part.first_night).days for part in parts)
    return StayChangedReply(offer=offer, room=room_taken(held.room) if held.room else None, nights_held=nights_held)


def _hold(
    command: HoldStayChange,
    work: RoomsWork,
    held: HeldRoom,
    change: InventoryChange,
    *,
    room_type_code: str,
) -> None:
    stay = Stay(command.stay.check_in, command.stay.check_out)
    if held.room and change.room is RoomAfterChange.KEPT:
        in_room = stay_changes.nights_in_room(held.stay, stay)
        for nights in waiting_changes.to_hold_in_room(held.stay, in_room):
            work.periods.hold_for_change(held.room, change_id=command.action_id, nights=nights, now=work.now)
    event = InventoryHeld(
        booking_id=command.action_id,
        hotel=command.hotel,
        room_type_code=room_type_code,
        check_in=stay.check_in,
        check_out=stay.check_out,
        held_at=work.now,
    )
    work.publish(event, sequence=1)


@action_log.once(StayChangedReply)
def apply_stay_change(command: ApplyStayChange, work: RoomsWork) -> StayChangedReply:
    """Give the held nights to the booking, and free those that the changed stay does not have."""
    hotel_access.check_own(work.caller, command.hotel)
    waiting = work.waiting_changes.lock(command.hotel, command.booking_id)
    held = checked(work.held_rooms.with_own_room(command.hotel, command.booking_id), draft=False)
    if held.hold is None or waiting is None or waiting.booking_id != command.change_id:
        raise nothing_held()
    offer, in_room = work.waiting_changes.offer(waiting), stay_changes.nights_in_room(held.stay, waiting.stay)
    others = work.periods.on_nights(held.room, in_room) if held.room else []
    room = waiting_changes.room_after(offer, held.hold, waiting, held.room, others)
    waiting_holds.end(work, waiting)
    if held.stay and held.room and room is RoomAfterChange.KEPT:
        work.periods.shift(held.stay, held.room.room_number, nights=in_room)
    elif held.stay:
        work.periods.end(held.stay, until=held.stay.nights.check_in, now=work.now)
    parts, freed = waiting_changes.applied(held.hold, waiting)
    version = work.holds.change(held.hold, room_type_id=waiting.room_type_id, stay=waiting.stay, parts=parts)
    if not work.nights.shift([command.hotel], freed):
        raise RuntimeError("nights that were held are not on the counters")
    event = InventoryChanged(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_code=offer.room_type_code,
        check_in=waiting.stay.check_in,
        check_out=waiting.stay.check_out,
        action_id=command.action_id,
    )
    work.publish(event, sequence=version)
    taken = room_taken(held.room) if held.room and room is RoomAfterChange.KEPT else None
    return StayChangedReply(offer=replace(offer, room=room), room=taken)


def change_lapsed(event: StayChangeLapsed, work: RoomsWork) -> None:
    """Give back the nights that were held for the change. The release is executed before the commit."""
    action_id = work.cause.id if work.cause else ""
    release = Release(hotel=event.hotel, booking_id=event.change_id, from_on=None, action_id=action_id)
    work.release_before_commit(release, releases.execute)
