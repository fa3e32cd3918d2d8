"""Which slots can have rooms on one night: a matching of the slots of that night and the rooms without obstacles.

Slots of one night need different rooms. A slot can have a room in which no fixed slot is in the way on any of its own
nights. Where not all slots of a night are matched, no placement has them all (Hall's theorem).
"""

from collections.abc import Iterable, Iterator, Mapping

from services.rooms.domain.room_plan.board import Board, bits
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing


class Matching:
    """The matched slots of one night. `slot_in` is keyed by room, `room_of` by slot."""

    def __init__(self, board: Board, slot_in: Mapping[int, int]) -> None:
        """Begin with these slots, each in a room that the slot may have."""
        self._allowed = board.allowed
        self.slot_in = dict(slot_in)
        self.room_of = {slot: room for room, slot in slot_in.items()}
        self._taken = sum(1 << room for room in slot_in)

    def add(self, slot: int) -> set[int]:
        """Match the slot, and let others change rooms for it.

        Returns an empty set, or where the slot cannot be matched the smallest set of slots, this one among them, that
        together have one room too few.
        """
        came_from: dict[int, int] = {}
        visited, queue, left = {slot}, [slot], ~self._taken
        seen_rooms = 0
        for current in queue:
            direct = self._allowed[current] & left
            if direct:
                self._augment(current, (direct & -direct).bit_length() - 1, slot, came_from)
                return set()
            for room in bits(self._allowed[current] & ~seen_rooms):
                other = self.slot_in[room]
                if other not in visited:
                    visited.add(other)
                    queue.append(other)
                    came_from[other] = current
            seen_rooms |= self._allowed[current]
        return visited

    def remove(self, slot: int) -> None:
        """End the match of the slot."""
        room = self.room_of.pop(slot)
        del self.slot_in[room]
        self._taken ^= 1 << room

    def _augment(self, slot: int, room: int, until: int, came_from: Mapping[int, int]) -> None:
        self._taken |= 1 << room
        while True:
            vacated = self.room_of.get(slot, NO_ROOM)
            self.slot_in[room], self.room_of[slot] = slot, room
            if slot == until:
                return
            slot, room = came_from[slot], vacated


def shortages(board: Board) -> list[int]:
    """How many slots cannot have a room, per night."""
    return [len(waiting) for waiting, _ in _sweep(board, leave_out=False)]


def surplus(board: Board) -> list[int]:
    """Slots without a home to leave out, so that on each night the others can have rooms."""
    return [slot for _, left_out in _sweep(board, leave_out=True) for slot in left_out]


def _sweep(board: Board, *, leave_out: bool) -> Iterator[tuple[list[int], list[int]]]:
    """Per night the slots that are not matched, and those that are left out from that night on."""
    slots = board.packing.slots
    starting: list[list[int]] = [[] for _ in range(board.packing.nights)]
    for number, slot in enumerate(slots):
        if not slot.fixed:
            starting[slot.first].append(number)
    matching, waiting = Matching(board, {}), list[int]()
    for night, arrivals in enumerate(starting):
        for number in [number for number in matching.room_of if slots[number].until == night]:
            matching.remove(number)
        staying = [number for number in waiting if slots[number].until > night]
        arrivals.sort(key=lambda number: (slots[number].home == NO_ROOM, number))
        waiting, left_out = [], []
        for number in [*staying, *arrivals]:
            clash = matching.add(number)
            if clash and leave_out:
                last = max((each for each in clash if slots[each].home == NO_ROOM), key=lambda each: slots[each].until)
                left_out.append(last)
                if last != number:
                    matching.remove(last)
                    matching.add(number)
            elif clash:
                waiting.append(number)
        yield waiting, left_out


def unplaced_at_least(packing: Packing, short: Iterable[int]) -> int:
    """How many slots without a home every placement leaves out, for so many too many slots on each night.

    Leaving out the slot that ends last serves the most nights to come, so that their number is the smallest.
    """
    waiting = [slot for slot in packing.slots if slot.home == NO_ROOM]
    out: list[int] = []
    for night, too_many in enumerate(short):
        there = sorted(
            (slot for slot, each in enumerate(waiting) if each.first <= night < each.until and slot not in out),
            key=lambda slot: (-waiting[slot].until, slot),
        )
        missing = too_many - sum(1 for slot in out if waiting[slot].first <= night < waiting[slot].until)
        out.extend(there[: max(missing, 0)])
    return len(out)
