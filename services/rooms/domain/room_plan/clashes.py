"""Why a slot has no room: the nights on which rooms are too few, and slots that clash with the slot."""

from services.rooms.domain.room_plan.board import NOBODY, Board, bits
from services.rooms.domain.room_plan.effort import Effort, OutOfEffort
from services.rooms.domain.room_plan.matching import Matching
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement, Slot, night_bits
from services.rooms.domain.room_plan.search import ExhaustiveSearch

Clash = tuple[list[int], list[int]]


def clash(board: Board, slot: int, placement: Placement, effort: Effort) -> Clash:
    """The nights and the other slots that leave the slot no room, on a board with the placement.

    The nights are those on which no room is free, or all nights of the slot where a room is free on each. Where the
    slot is proven to have no room, none of the other slots can be left out: without it all could have rooms. A clash on
    a single night needs no effort for that. Where the effort ends, some may be left out still; where the effort ends
    before any clash is found, or nothing is proven, the other slots are those in the way of this slot, and no clash.
    """
    nights = list(range(board.first[slot], board.until[slot]))
    full = [night for night in nights if not board.free[night]]
    single = [others for night in nights if (others := clash_on(board, slot, night)) is not None]
    if single:
        others = min(single, key=len)
    elif board.room_of.count(NO_ROOM) > placement.unplaced_at_least:
        others = _in_the_way(board, slot)
    else:
        others = _reduced(board, slot, effort)
    return full or nights, sorted(others)


def clash_on(board: Board, slot: int, night: int) -> set[int] | None:
    """The smallest set of slots that leaves this slot no room on one night; None where the slot can have a room."""
    there = {row[night]: room for room, row in enumerate(board.grid) if row[night] != NOBODY}
    matching = Matching(board, {room: other for other, room in there.items() if not board.fixed[other]})
    rivals = matching.add(slot)
    if not rivals:
        return None
    usable = 0
    for rival in rivals:
        usable |= board.allowed[rival]
    closed = ((1 << board.packing.rooms) - 1) & ~usable
    fixed = set[int]()
    for room in bits(closed):
        fixed |= _closing(board, room, rivals, night)
    return (rivals | fixed) - {slot}


def _closing(board: Board, room: int, rivals: set[int], night: int) -> set[int]:
    """Fixed slots of the room that keep all rivals out of the room, none of them in vain."""
    occupant = board.grid[room][night]
    if occupant != NOBODY and board.fixed[occupant]:
        return {occupant}
    ways = [{other for other in board.in_the_way(rival, room) if board.fixed[other]} for rival in sorted(rivals)]
    closing = set[int]().union(*ways)
    for other in sorted(closing):
        if all(way & (closing - {other}) for way in ways):
            closing.remove(other)
    return closing


def _reduced(board: Board, slot: int, effort: Effort) -> set[int]:
    """The placed slots that clash with the slot, without those that the rest clashes without.

    The slots that are in the way of the slot where the effort ends before a clash is found. The slots that a failing
    search never ejected are not needed, and the others are left out one by one.
    """
    everyone = {other for other, room in enumerate(board.room_of) if room != NO_ROOM}
    try:
        members = _clashing(board, slot, everyone, effort)
    except OutOfEffort:
        members = None
    if members is None:  # or the bound of the placement is wrong
        return _in_the_way(board, slot)
    for other in sorted(members, key=lambda each: (-_distance(board, slot, each), each)):
        if other not in members:
            continue
        try:
            members = _clashing(board, slot, members - {other}, effort) or members
        except OutOfEffort:
            break
    return members


def _clashing(board: Board, slot: int, others: set[int], effort: Effort) -> set[int] | None:
    """Those of the others that clash with the slot; None where all of them can have rooms with the slot."""
    numbers = sorted({slot, *others})
    first = min(board.first[each] for each in numbers)
    until = max(board.until[each] for each in numbers)
    slots = [
        Slot(
            first=board.first[each] - first,
            until=board.until[each] - first,
            home=board.room_of[each],
            fixed=board.fixed[each],
        )
        for each in numbers
    ]
    effort.spend(board.packing.rooms + sum(each.until - each.first for each in slots))
    smaller = Board(Packing(rooms=board.packing.rooms, nights=until - first, slots=tuple(slots)))
    search, subject = ExhaustiveSearch(smaller, effort), numbers.index(slot)
    if search.run([subject]):
        return None
    moved = {subject, *search.ejected}
    nights = 0
    for each in moved:
        nights |= night_bits(slots[each].first, slots[each].until)
    closing = {each for each, one in enumerate(slots) if one.fixed and night_bits(one.first, one.until) & nights}
    return {numbers[each] for each in moved | closing} - {slot}


def _in_the_way(board: Board, slot: int) -> set[int]:
    return {other for room in range(board.packing.rooms) for other in board.in_the_way(slot, room)}


def _distance(board: Board, slot: int, other: int) -> int:
    return max(board.first[other] - board.until[slot], board.first[slot] - board.until[other])
