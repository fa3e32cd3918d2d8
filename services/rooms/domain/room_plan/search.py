"""The exhaustive search: every way to place slots, within a bound of moves and of slots that stay without a room.

A slot that takes a room ejects the slots that are in the way there, and each of them has to have another room. A slot
that the search has placed stays. Thus a slot that no ejection reaches stays where it is, and the search misses no
placement with fewer moves.
"""

from services.rooms.domain.room_plan.board import Board, bits
from services.rooms.domain.room_plan.effort import UNLIMITED, Effort, OutOfEffort
from services.rooms.domain.room_plan.packing import NO_ROOM

DEEPEST = 500  # slots that a search has placed or left out: each is a call within the calls of the others


class ExhaustiveSearch:
    """Places slots on a board, which keeps the placement where the search succeeds and is as before where not.

    `ejected` are the slots that the last run ejected somewhere. Where a run without a bound of moves fails, those slots
    and the slots to place cannot all have rooms, whatever the rest does.
    """

    def __init__(self, board: Board, effort: Effort) -> None:
        """Search from the board as it is, with this effort for all searches of the object."""
        self._board = board
        self._effort = effort
        self._settled = [0] * board.packing.nights
        self._count_all = False
        self.ejected = set[int]()

    def run(self, slots: list[int], *, moves: int = UNLIMITED, left_out: int = 0, count_all: bool = False) -> bool:
        """Place these slots, which have no room, with at most so many moves; `left_out` of them may stay without.

        With `count_all` every ejected slot counts as a move, also one that is not at home. Raises `OutOfEffort`, also
        where the search goes deeper than `DEEPEST`.
        """
        self._settled = [0] * self._board.packing.nights
        self._count_all = count_all
        self.ejected = set()
        before = list(self._board.room_of)
        try:
            return self._place(slots, moves, left_out, depth=1)
        except OutOfEffort:
            self._board.reset(before)
            raise

    def _place(self, slots: list[int], moves: int, left_out: int, *, depth: int) -> bool:
        if not slots:
            return True
        if depth > DEEPEST:
            raise OutOfEffort
        self._effort.spend(2 * len(slots))
        slot, rooms = self._most_constrained(slots)
        others = [each for each in slots if each != slot]
        for price, room, ejected in self._options(slot, rooms):
            if price > moves:
                break
            self.ejected.update(ejected)
            origin = [self._board.room_of[each] for each in ejected]
            for each in ejected:
                self._board.lift(each)
            self._settle(slot, room)
            if self._place([*others, *ejected], moves - price, left_out, depth=depth + 1):
                return True
            self._unsettle(slot, room)
            for each, previous in zip(ejected, origin, strict=True):
                self._board.place(each, previous)
        if left_out and self._board.home[slot] == NO_ROOM:
            return self._place(others, moves, left_out - 1, depth=depth + 1)
        return False

    def _most_constrained(self, slots: list[int]) -> tuple[int, int]:
        """The slot with the fewest rooms that no settled slot has, and those rooms."""
        best, fewest, rooms_of_best = slots[0], UNLIMITED, 0
        for slot in slots:
            rooms = self._board.allowed[slot]
            for night in range(self._board.first[slot], self._board.until[slot]):
                rooms &= ~self._settled[night]
            if (count := rooms.bit_count()) < fewest:
                best, fewest, rooms_of_best = slot, count, rooms
        return best, rooms_of_best

    def _options(self, slot: int, rooms: int) -> list[tuple[int, int, list[int]]]:
        """Price, room and ejected slots of each option, cheapest first; of several empty rooms only one."""
        board, options, has_empty = self._board, [], False
        self._effort.spend(2 * rooms.bit_count())
        for room in bits(rooms):
            ejected = sorted(board.in_the_way(slot, room))
            if not ejected and not any(occupant >= 0 for occupant in board.grid[room]):
                if has_empty:
                    continue
                has_empty = True
            price = len(ejected) if self._count_all else sum(board.price(each) for each in ejected)
            options.append((price, len(ejected), board.gap_change(slot, room) if not ejected else 0, room, ejected))
        return [(price, room, ejected) for price, _, _, room, ejected in sorted(options)]

    def _settle(self, slot: int, room: int) -> None:
        self._board.place(slot, room)
        self._flip(slot, room)

    def _unsettle(self, slot: int, room: int) -> None:
        self._board.lift(slot)
        self._flip(slot, room)

    def _flip(self, slot: int, room: int) -> None:
        for night in range(self._board.first[slot], self._board.until[slot]):
            self._settled[night] ^= 1 << room
