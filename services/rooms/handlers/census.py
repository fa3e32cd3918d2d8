"""Who lives where, room by room, for bookings to compare with its own."""

from chassis.refusal import Refusal
from contracts.rooms import Census, TakeCensus
from services.rooms.work import RoomsWork

MOST_ROOMS = 500


def take_census(query: TakeCensus, work: RoomsWork) -> Census:
    """A page of all rooms of all hotels."""
    if work.caller.kind != "system":
        raise Refusal("PERMISSION_DENIED", "Only our own services count rooms.")
    limit = min(max(query.limit, 1), MOST_ROOMS)
    page = work.rooms.census(after=query.after, limit=limit)
    return Census(rooms=tuple(page.values()), last=max(page) if len(page) == limit else None)
