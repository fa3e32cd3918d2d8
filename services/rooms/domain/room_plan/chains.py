"""Ejection chains: a slot takes the room of another slot, that one takes the room of a third, until a room is free."""

from collections import deque

from services.rooms.domain.room_plan.board import Board, bits
from services.rooms.domain.room_plan.effort import UNLIMITED, Effort

Chain = list[tuple[int, int]]


def cheapest(board: Board, slot: int, effort: Effort, *, most: int = UNLIMITED) -> Chain | None:
    """A chain with the fewest moves, `most` at most, that ends with `slot` in a room: slots with their new rooms.

    Each room stands once in a chain, and each slot of a chain ejects at most one other. None where there is no such
    chain, or where the effort does not suffice to find one.
    """
    if rooms := board.open_rooms(slot):
        return [(slot, tightest(board, slot, rooms))]
    parents: dict[int, tuple[int, int]] = {}
    used = {slot: 0}
    queue = deque([(0, slot)])
    settled = set()
    cost = {slot: 0}
    while queue and effort.left > 0:
        spent, current = queue.popleft()
        if current in settled:
            continue
        settled.add(current)
        effort.left -= 2 * board.allowed[current].bit_count()
        rooms = board.open_rooms(current) & ~used[current]
        if rooms and current != slot:
            return _chain(slot, current, tightest(board, current, rooms), parents)
        for room in bits(board.allowed[current] & ~used[current]):
            others = board.in_the_way(current, room)
            if len(others) != 1:
                continue
            other = others.pop()
            price = spent + board.price(other)
            if other in settled or price > most or price >= cost.get(other, price + 1):
                continue
            cost[other] = price
            parents[other] = (current, room)
            used[other] = used[current] | 1 << room
            (queue.append if price > spent else queue.appendleft)((price, other))
    return None


def apply(board: Board, chain: Chain) -> None:
    """Lift the slots of the chain and place each in its new room."""
    for slot, _ in chain:
        if board.room_of[slot] >= 0:
            board.lift(slot)
    for slot, room in chain:
        board.place(slot, room)


def tightest(board: Board, slot: int, rooms: int) -> int:
    """The room among these in which the slot leaves the fewest gaps; the first of several."""
    return min(bits(rooms), key=lambda room: (board.gap_change(slot, room), room))


def _chain(start: int, last: int, room: int, parents: dict[int, tuple[int, int]]) -> Chain:
    chain = [(last, room)]
    current = last
    while current != start:
        current, room = parents[current]
        chain.append((current, room))
    return chain
