"""Letting go of what a booking held: asked for, or because it has ended.

What one transaction lets go of is gathered and settled at its end, in the order of the locks, however many bookings a
batch of facts ends.
"""

from collections.abc import Mapping
from datetime import date

from contracts.bookings import BookingCancelled, BookingDeclined, BookingExpired, BookingNoShow
from contracts.message import Nothing
from contracts.rooms import InventoryReleased, ReleaseInventory
from services.rooms.domain import inventory, stays
from services.rooms.domain.assigning import Room, Taken
from services.rooms.domain.inventory import Ending, Hold, NightChange, Part
from services.rooms.handlers.dwelling import vacate
from services.rooms.work import RoomsWork


def release_inventory(command: ReleaseInventory, work: RoomsWork) -> Nothing:
    """Free whatever the booking holds."""
    ending = Ending(booking_id=command.booking_id, from_on=None, action_id="", whole=command.unwritten)
    settle(work, {command.booking_id: ending})
    return Nothing()


def booking_declined(event: BookingDeclined, work: RoomsWork) -> None:
    """Its nights are free again."""
    _gather(event.booking_id, None, work)


def booking_cancelled(event: BookingCancelled, work: RoomsWork) -> None:
    """Its nights are free again; a guest in house leaves the room as at check-out."""
    _gather(event.booking_id, event.released_from, work)


def booking_expired(event: BookingExpired, work: RoomsWork) -> None:
    """Its nights are free again."""
    _gather(event.booking_id, None, work)


def booking_no_show(event: BookingNoShow, work: RoomsWork) -> None:
    """Its nights are free again."""
    _gather(event.booking_id, None, work)


def settle(work: RoomsWork, endings: Mapping[str, Ending]) -> dict[str, Room]:
    """Let go of it all, each level of locks in one go; the rooms that guests left, as they are now, by booking.

    A booking that holds nothing (any more) is passed over.
    """
    holds = {key: hold for key, hold in work.holds.lock(endings).items() if hold.live}
    if not holds:
        return {}
    in_rooms = work.periods.of_bookings(holds)
    lived_in = {key: one for key, one in in_rooms.items() if one.moved_in}
    rooms = work.rooms.lock(one.room_id for one in lived_in.values())
    left: dict[str, Room] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    changes: list[NightChange] = []
    for key, hold in holds.items():
        from_on = _from_on(endings[key], work, hold, in_house=key in lived_in)
        if key in lived_in:
            room = rooms[lived_in[key].room_id]
            ending = endings[key]
            left[key] = vacate(work, room, booking_id=key, action_id=ending.action_id, note=ending.note)
        if key in in_rooms:
            _end(work, in_rooms[key], from_on)
        parts[key], freed = release(work, hold, from_on=from_on)
        changes += freed
    work.holds.put(parts)
    if not work.nights.shift(changes):
        raise RuntimeError("nights that were held are not on the counters")
    return left


def release(work: RoomsWork, hold: Hold, *, from_on: date | None) -> tuple[tuple[Part, ...], tuple[NightChange, ...]]:
    """End a hold; the parts that it keeps and what goes back to the counters, both still to be written."""
    kept, freed = inventory.freed(hold.parts, from_on=from_on)
    version = work.holds.end(hold.booking_id, until=from_on, now=work.now)
    fact = InventoryReleased(booking_id=hold.booking_id, hotel=hold.hotel, released_from=from_on)
    work.publish(fact, sequence=version)
    return kept, freed


def _gather(booking_id: str, from_on: date | None, work: RoomsWork) -> None:
    action_id = work.cause.id if work.cause else ""
    work.gather(Ending(booking_id=booking_id, from_on=from_on, action_id=action_id), settle)


def _from_on(ending: Ending, work: RoomsWork, hold: Hold, *, in_house: bool) -> date | None:
    if not in_house or ending.from_on or ending.whole:
        return ending.from_on
    hotel = work.hotels.get(hold.hotel)
    return stays.local_day(work.now, hotel.timezone) if hotel else None


def _end(work: RoomsWork, stay: Taken, from_on: date | None) -> None:
    work.periods.end(stay, until=from_on or stay.nights.check_in, now=work.now)
