"""Releases the nights and rooms of bookings.

One transaction executes all its releases together, and locks one level after the other (see `services.rooms.store`),
even where a batch of events ends many bookings.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.rooms.events import InventoryReleased
from services.rooms.domain import stays
from services.rooms.domain.held_rooms import Ending
from services.rooms.domain.holds import Hold, Release
from services.rooms.domain.rooms import Room
from services.rooms.steps.occupancy import vacate
from services.rooms.work import RoomsWork


def execute(work: RoomsWork, releases: Mapping[str, Release]) -> None:
    """Execute the releases, keyed by booking id. A booking without a live hold is skipped."""
    hotels = {release.hotel for release in releases.values()}
    live = {booking_id: hold for booking_id, hold in work.holds.lock_all(hotels, releases).items() if hold.live}
    if not live:
        return
    assigned = work.periods.of_bookings(hotels, live)
    rooms = work.rooms.lock(hotels, (stay.room_id for stay in assigned.values() if stay.moved_in))
    endings = []
    for booking_id, hold in live.items():
        release, stay = releases[booking_id], assigned.get(booking_id)
        room = rooms[stay.room_id] if stay and stay.moved_in else None
        from_on = _from_on(release, work, hold, in_house=room is not None)
        if room:
            leave(work, room, release)
        endings.append(Ending(hold=hold, stay=stay, from_on=from_on))
    end(work, endings)


def leave(work: RoomsWork, room: Room, release: Release) -> Room:
    """Record that the guest whose nights are released vacates the locked room; returns the room after the change."""
    return vacate(work, room, booking_id=release.booking_id, action_id=release.action_id, note=release.note)


def end(work: RoomsWork, endings: Sequence[Ending]) -> None:
    """End locked holds with their stays. Then lock and change the night counters."""
    for ending in endings:
        hold = ending.hold
        event = InventoryReleased(booking_id=hold.booking_id, hotel=hold.hotel, released_from=ending.from_on)
        work.publish(event, sequence=ending.version)
    work.endings.end(endings, now=work.now)
    if changes := [ending.hold for ending in endings if ending.hold.change_of]:
        work.periods.end_held({hold.hotel for hold in changes}, [hold.booking_id for hold in changes], now=work.now)
    freed = [change for ending in endings for change in ending.freed]
    if not work.nights.shift({ending.hold.hotel for ending in endings}, freed):
        raise RuntimeError("nights that were held are not on the counters")


def _from_on(release: Release, work: RoomsWork, hold: Hold, *, in_house: bool) -> date | None:
    if not in_house or release.from_on or release.whole:
        return release.from_on
    hotel = work.hotels.get(hold.hotel)
    return stays.local_day(work.now, hotel.timezone) if hotel else None
