"""The board of a packing: a grid of rooms and nights on which slots are placed and lifted."""

from collections.abc import Iterator, Sequence

from services.rooms.domain.room_plan.packing import NO_ROOM, Packing

NOBODY = -1


class Board:
    """A changeable placement. Sets of rooms are the bits of an integer.

    `grid[room][night]` is the number of a slot, or `NOBODY`. `allowed[slot]` are the rooms in which no fixed slot is
    in the way.
    """

    def __init__(self, packing: Packing) -> None:
        """Place every slot in its home."""
        self.packing = packing
        self.first = [slot.first for slot in packing.slots]
        self.until = [slot.until for slot in packing.slots]
        self.home = [slot.home for slot in packing.slots]
        self.fixed = [slot.fixed for slot in packing.slots]
        self.room_of = [NO_ROOM] * len(packing.slots)
        self.grid = [[NOBODY] * packing.nights for _ in range(packing.rooms)]
        self.free = [(1 << packing.rooms) - 1] * packing.nights
        for slot in range(len(packing.slots)):
            if self.fixed[slot]:
                self.place(slot, self.home[slot])
        self.allowed = [self.common(self.free, slot) for slot in range(len(packing.slots))]
        for slot, home in enumerate(self.home):
            if home != NO_ROOM and not self.fixed[slot]:
                self.place(slot, home)

    def common(self, per_night: Sequence[int], slot: int) -> int:
        """The rooms that are in the set of each of the slot's nights."""
        rooms = (1 << self.packing.rooms) - 1
        for night in range(self.first[slot], self.until[slot]):
            rooms &= per_night[night]
        return rooms

    def open_rooms(self, slot: int) -> int:
        """The rooms that are free on all nights of the slot."""
        return self.common(self.free, slot)

    def place(self, slot: int, room: int) -> None:
        """Put the slot, which has no room, into a room that is free on its nights."""
        first, until = self.first[slot], self.until[slot]
        self.grid[room][first:until] = [slot] * (until - first)
        self._flip(first, until, room)
        self.room_of[slot] = room

    def lift(self, slot: int) -> None:
        """Take the slot out of its room."""
        first, until, room = self.first[slot], self.until[slot], self.room_of[slot]
        self.grid[room][first:until] = [NOBODY] * (until - first)
        self._flip(first, until, room)
        self.room_of[slot] = NO_ROOM

    def in_the_way(self, slot: int, room: int) -> set[int]:
        """The slots that are in the room on the slot's nights."""
        others = set(self.grid[room][self.first[slot] : self.until[slot]])
        others.discard(NOBODY)
        return others

    def reset(self, room_of: Sequence[int]) -> None:
        """Place every slot that is not fixed anew."""
        for slot, room in enumerate(self.room_of):
            if room != NO_ROOM and room != room_of[slot]:
                self.lift(slot)
        for slot, room in enumerate(room_of):
            if room not in (NO_ROOM, self.room_of[slot]):
                self.place(slot, room)

    def homeless(self) -> list[int]:
        """The slots that have no room, in order of their first night, long ones first."""
        slots = [slot for slot, room in enumerate(self.room_of) if room == NO_ROOM]
        return sorted(slots, key=lambda slot: (self.first[slot], -self.until[slot], slot))

    def price(self, slot: int) -> int:
        """The moves that lifting the slot adds: 1 where the slot is at home, else 0."""
        return int(self.room_of[slot] == self.home[slot])

    def gap_change(self, slot: int, room: int) -> int:
        """How many more gaps there are once the slot is in the room. A gap is a free night between two slots."""
        row, first, until = self.grid[room], self.first[slot], self.until[slot]
        before, after = first, until
        while before > 0 and row[before - 1] == NOBODY:
            before -= 1
        while after < self.packing.nights and row[after] == NOBODY:
            after += 1
        has_before, has_after = before > 0, after < self.packing.nights
        if has_before and has_after:
            return first - until
        return (first - before if has_before else 0) + (after - until if has_after else 0)

    def _flip(self, first: int, until: int, room: int) -> None:
        bit, free = 1 << room, self.free
        for night in range(first, until):
            free[night] ^= bit


def bits(rooms: int) -> Iterator[int]:
    """The rooms of a set, ascending."""
    while rooms:
        lowest = rooms & -rooms
        yield lowest.bit_length() - 1
        rooms ^= lowest
