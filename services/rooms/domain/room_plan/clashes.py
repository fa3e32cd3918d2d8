"""Why a slot has no room: the nights on which rooms are too few, and slots that clash with the slot."""

from services.rooms.domain.room_plan.board import NOBODY, Board, bits
from services.rooms.domain.room_plan.effort import Effort, OutOfEffort
from services.rooms.domain.room_plan.matching import Matching
from services.rooms.domain.room_plan.packing import NO_ROOM, Placement
from services.rooms.domain.room_plan.search import ExhaustiveSearch

Clash = tuple[list[int], list[int]]


def clash(board: Board, slot: int, placement: Placement, effort: Effort) -> Clash:
    """The nights and the other slots that leave the slot no room, on a board with the placement.

    The nights are those on which no room is free, or all nights of the slot where a room is free on each. Where the
    slot is proven to have no room, none of the other slots can be left out: without it all could have rooms (as far as
    the effort goes; a clash on a single night needs none). Else they are all that are in the way.
    """
    nights = list(range(board.first[slot], board.until[slot]))
    full = [night for night in nights if not board.free[night]]
    single = [others for night in nights if (others := clash_on(board, slot, night)) is not None]
    if single:
        others = min(single, key=len)
    elif board.room_of.count(NO_ROOM) > placement.unplaced_at_least:
        others = {other for room in range(board.packing.rooms) for other in board.in_the_way(slot, room)}
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
    """The placed slots that clash with the slot, without those that the rest clashes without."""
    before = list(board.room_of)
    members = [other for other, room in enumerate(before) if room != NO_ROOM]
    members.sort(key=lambda other: (-_distance(board, slot, other), other))
    for other in list(members):
        rest = [each for each in members if each != other]
        rooms = [room if each in rest else NO_ROOM for each, room in enumerate(before)]
        smaller = Board(board.packing, without=[each for each in range(len(before)) if each not in (*rest, slot)])
        smaller.reset(rooms)
        try:
            if not ExhaustiveSearch(smaller, effort).run([slot]):
                members = rest
        except OutOfEffort:
            break
    return set(members)


def _distance(board: Board, slot: int, other: int) -> int:
    return max(board.first[other] - board.until[slot], board.first[slot] - board.until[other])
