"""The pool of slots without a room: each in turn takes a room, and the slots in the way there join the pool."""

from collections import deque
from collections.abc import Collection

from services.rooms.domain.room_plan import chains
from services.rooms.domain.room_plan.board import Board, bits
from services.rooms.domain.room_plan.effort import Effort
from services.rooms.domain.room_plan.packing import NO_ROOM

PRICE_OF_A_MOVE = 3  # in returns to the pool; with 0 a third more slots move, with 10 as many as with 3


def empty_pool(board: Board, aside: Collection[int], effort: Effort) -> None:
    """Place all slots without a room but those set `aside`, until the effort is spent.

    A slot that comes back to the pool weighs more each time, and a slot takes the room where the slots in the way weigh
    least: those that are hard to place settle, and the others give way. The board keeps the best of all placements
    in which nobody has lost a room.
    """
    best, fewest = list(board.room_of), len(board.homeless())
    for slot in aside:
        if board.room_of[slot] != NO_ROOM:
            board.lift(slot)
    weight = [1] * len(board.room_of)
    pool = deque(slot for slot in board.homeless() if slot not in aside)
    while pool and effort.left > 0:
        slot = pool.popleft()
        rooms = board.open_rooms(slot)
        effort.left -= 2 + board.allowed[slot].bit_count()
        if rooms:
            board.place(slot, chains.tightest(board, slot, rooms))
        elif board.allowed[slot]:
            weight[slot] += 1
            pool.extend(_take(board, slot, weight))
        if len(pool) + len(aside) < fewest and all(board.home[each] == NO_ROOM for each in pool):
            best, fewest = list(board.room_of), len(pool) + len(aside)
    board.reset(best)


def _take(board: Board, slot: int, weight: list[int]) -> list[int]:
    """Place the slot in the room where that is easiest; returns the slots that were in the way."""
    ways = [(room, board.in_the_way(slot, room)) for room in bits(board.allowed[slot])]
    room, others = min(
        ways,
        key=lambda way: (
            sum(weight[other] + PRICE_OF_A_MOVE * board.price(other) for other in way[1]),
            len(way[1]),
            way[0],
        ),
    )
    for other in others:
        board.lift(other)
    board.place(slot, room)
    return sorted(others)
