"""Packings for tests: small random ones, large ones made from a full house, and an oracle that tries everything."""

import random
from collections.abc import Sequence

from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.chains import tightest
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Slot, night_bits

LENGTHS = (1, 2, 2, 3, 3, 4, 5, 7)


def a_packing(rooms: int, *slots: Slot) -> Packing:
    return Packing(rooms=rooms, nights=max(slot.until for slot in slots), slots=slots)


def small(seed: int, *, rooms: int = 4, stays: int = 7, nights: int = 6) -> Packing:
    """Up to so many rooms, stays and nights. Half of the packings were cut from full rooms, half are any.

    A quarter of the stays that were cut from rooms are fixed there, and most others have any room that was free.
    """
    choice = random.Random(seed)
    count, last = choice.randint(min(2, rooms), rooms), choice.randint(3, nights)
    cut = _cut(choice, count, last, stays) if seed % 2 else _any(choice, count, last, stays)
    taken = [0] * count
    slots = []
    for first, until, room in cut:
        if room != NO_ROOM:
            taken[room] |= night_bits(first, until)
            slots.append(Slot(first=first, until=until, home=room, fixed=True))
    for first, until, room in cut:
        if room == NO_ROOM:
            free = [each for each in range(count) if not taken[each] & night_bits(first, until)]
            home = choice.choice(free) if free and choice.random() < 0.8 else NO_ROOM
            if home != NO_ROOM:
                taken[home] |= night_bits(first, until)
            slots.append(Slot(first=first, until=until, home=home))
    return Packing(rooms=count, nights=last, slots=tuple(slots))


def _cut(choice: random.Random, rooms: int, nights: int, stays: int) -> list[tuple[int, int, int]]:
    cut = []
    for room in range(rooms):
        night = choice.choice((0, 0, 1))
        while night < nights:
            until = choice.randint(night + 1, min(night + 4, nights))
            cut.append((night, until, room if choice.random() < 0.25 else NO_ROOM))
            night = until
    choice.shuffle(cut)
    return cut[:stays]


def _any(choice: random.Random, rooms: int, nights: int, stays: int) -> list[tuple[int, int, int]]:
    slots, taken = [], [0] * rooms
    for _ in range(choice.randint(min(3, stays), stays)):
        first = choice.randrange(nights)
        until = choice.randint(first + 1, min(nights, first + 4))
        free = [room for room in range(rooms) if not taken[room] & night_bits(first, until)]
        room = choice.choice(free) if free and choice.random() < 0.2 else NO_ROOM
        if room != NO_ROOM:
            taken[room] |= night_bits(first, until)
        slots.append((first, until, room))
    return slots


def fewest(packing: Packing) -> tuple[int, int]:
    """The fewest slots without a room, and the fewest moves with as few: every placement is looked at."""

    def rest(number: int, taken: tuple[int, ...]) -> tuple[int, int]:
        if number == len(packing.slots):
            return 0, 0
        slot = packing.slots[number]
        mask = night_bits(slot.first, slot.until)
        results = []
        for room in [slot.home] if slot.fixed else range(packing.rooms):
            if not taken[room] & mask:
                left, moved = rest(number + 1, (*taken[:room], taken[room] | mask, *taken[room + 1 :]))
                results.append((left, moved + (slot.home not in (NO_ROOM, room))))
        if slot.home == NO_ROOM:
            left, moved = rest(number + 1, taken)
            results.append((left + 1, moved))
        return min(results, default=(1000, 0))

    return rest(0, (0,) * packing.rooms)


def can_all_have_rooms(packing: Packing, numbers: Sequence[int]) -> bool:
    """Whether these slots alone can all have rooms; fixed ones stay."""
    slots = tuple(packing.slots[number] for number in numbers)
    free = tuple(slot if slot.fixed else Slot(first=slot.first, until=slot.until) for slot in slots)
    return fewest(Packing(rooms=packing.rooms, nights=packing.nights, slots=free))[0] == 0


def full_house(seed: int, *, rooms: int, nights: int, sold: float, pinned: float) -> Packing:
    """Stays that were cut from full rooms, so that there is a placement; the pinned ones are fixed, no other is placed.

    `sold` is the part of the nights that is sold, about.
    """
    choice, slots = random.Random(seed), []
    gap = (1 - sold) * 3.4  # stays have 3.4 nights on average, and a free night comes before such a part of them
    for room in range(rooms):
        night = 0
        while night < nights:
            if choice.random() < gap / (1 + gap):
                night += 1
                continue
            until = min(night + choice.choice(LENGTHS), nights)
            is_fixed = choice.random() < pinned
            slots.append(Slot(first=night, until=until, home=room if is_fixed else NO_ROOM, fixed=is_fixed))
            night = until
    choice.shuffle(slots)
    return Packing(rooms=rooms, nights=nights, slots=tuple(slots))


def greedily_placed(packing: Packing) -> Packing:
    """The packing after a greedy plan: each slot in turn takes the tightest room that is free, if there is one."""
    board = Board(packing)
    for number, slot in enumerate(packing.slots):
        rooms = board.open_rooms(number)
        if slot.home == NO_ROOM and rooms:
            board.place(number, tightest(board, number, rooms))
    slots = [
        Slot(first=slot.first, until=slot.until, home=room, fixed=slot.fixed)
        for slot, room in zip(packing.slots, board.room_of, strict=True)
    ]
    return Packing(rooms=packing.rooms, nights=packing.nights, slots=tuple(slots))


def with_one_too_many(packing: Packing) -> Packing:
    """The packing with one more stay, on a night on which then one stay more is sold than there are rooms.

    The night is the fullest; further one-night stays fill it first.
    """
    sold = [sum(1 for slot in packing.slots if slot.first <= night < slot.until) for night in range(packing.nights)]
    night = max(range(packing.nights), key=lambda each: sold[each])
    more = [Slot(first=night, until=night + 1)] * (packing.rooms - sold[night] + 1)
    return Packing(rooms=packing.rooms, nights=packing.nights, slots=(*packing.slots, *more))
