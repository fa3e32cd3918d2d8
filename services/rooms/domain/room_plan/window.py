"""The part of a packing around the slots without a room, small enough for the exact solver."""

from dataclasses import replace

from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement

MOST_CHOICES = 20_000  # of slots times rooms


def narrowed(packing: Packing, placement: Placement, *, most: int = MOST_CHOICES) -> Packing:
    """The packing with all slots fixed in their places that are far from the slots without a room.

    The packing itself where it has at most so many choices. Of the slots that are not fixed, those in the most nights
    around the slots without a room that leave so few choices; none where the fewest are too many. A home may then be
    taken by a fixed slot.
    """
    limit = most // max(packing.rooms, 1)
    if sum(1 for slot in packing.slots if not slot.fixed) <= limit:
        return packing
    without = [slot for slot, room in zip(packing.slots, placement.room_of, strict=True) if room == NO_ROOM]
    best = _fixed_beyond(packing, placement, [])
    for width in range(packing.nights):
        nights = [(slot.first - width, slot.until + width) for slot in without]
        candidate = _fixed_beyond(packing, placement, nights)
        if sum(1 for slot in candidate.slots if not slot.fixed) > limit:
            break
        best = candidate
    return best


def _fixed_beyond(packing: Packing, placement: Placement, nights: list[tuple[int, int]]) -> Packing:
    slots = [
        slot
        if room == NO_ROOM or any(slot.first < until and first < slot.until for first, until in nights)
        else replace(slot, home=room, fixed=True)
        for slot, room in zip(packing.slots, placement.room_of, strict=True)
    ]
    return replace(packing, slots=tuple(slots))
