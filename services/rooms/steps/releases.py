"""Releases the nights and rooms of bookings.

One transaction executes all its releases together, and locks one level after the other (see `services.rooms.store`),
even where a batch of events ends many bookings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from contracts.rooms.events import InventoryReleased
from services.rooms.domain import holds, stays
from services.rooms.domain.holds import Hold, NightChange, Release
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.steps.occupancy import vacate
from services.rooms.work import RoomsWork


def execute(work: RoomsWork, releases: Mapping[str, Release]) -> dict[str, Room]:
    """Execute the releases, keyed by booking id; returns the vacated rooms, also keyed by booking id.

    The returned rooms have their new status. A booking without a live hold is skipped.
    """
    hotels = {release.hotel for release in releases.values()}
    live = {booking_id: hold for booking_id, hold in work.holds.lock_all(hotels, releases).items() if hold.live}
    if not live:
        return {}
    assigned = work.periods.of_bookings(hotels, live)
    occupied = {booking_id: stay for booking_id, stay in assigned.items() if stay.moved_in}
    rooms = work.rooms.lock(hotels, (stay.room_id for stay in occupied.values()))
    vacated: dict[str, Room] = {}
    ended: list[Hold] = []
    changes: list[NightChange] = []
    for booking_id, hold in live.items():
        release = releases[booking_id]
        from_on = _from_on(release, work, hold, in_house=booking_id in occupied)
        if booking_id in occupied:
            room = rooms[occupied[booking_id].room_id]
            vacated[booking_id] = vacate(
                work, room, booking_id=booking_id, action_id=release.action_id, note=release.note
            )
        if booking_id in assigned:
            end_stay(work, assigned[booking_id], from_on)
        hold, freed = end_hold(work, hold, from_on=from_on)  # noqa: PLW2901
        ended.append(hold)
        changes += freed
    free_nights(work, ended, changes)
    return vacated


def end_hold(work: RoomsWork, hold: Hold, *, from_on: date | None) -> tuple[Hold, list[NightChange]]:
    """End a hold; returns the hold with its remaining parts and the counter changes, which `free_nights` writes."""
    remaining, freed = holds.released(hold.parts, from_on=from_on)
    version = work.holds.end(hold, until=from_on, now=work.now)
    event = InventoryReleased(booking_id=hold.booking_id, hotel=hold.hotel, released_from=from_on)
    work.publish(event, sequence=version)
    return replace(hold, parts=remaining), list(freed)


def end_stay(work: RoomsWork, stay: Period, from_on: date | None) -> None:
    """End the stay in a room on the date `from_on`. Where `from_on` is None, the stay loses all its nights."""
    work.periods.end(stay, until=from_on or stay.nights.check_in, now=work.now)


def free_nights(work: RoomsWork, ended: Sequence[Hold], changes: list[NightChange]) -> None:
    """Store the remaining parts of ended holds. Then lock and change the night counters."""
    work.holds.write_parts(ended)
    if not work.nights.shift({hold.hotel for hold in ended}, changes):
        raise RuntimeError("nights that were held are not on the counters")


def _from_on(release: Release, work: RoomsWork, hold: Hold, *, in_house: bool) -> date | None:
    if not in_house or release.from_on or release.whole:
        return release.from_on
    hotel = work.hotels.get(hold.hotel)
    return stays.local_day(work.now, hotel.timezone) if hotel else None
