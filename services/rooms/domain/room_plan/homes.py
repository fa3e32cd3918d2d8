"""Improves a placement: brings slots back to their homes, which saves moves, and closes gaps."""

from services.rooms.domain.room_plan import chains
from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.effort import Effort
from services.rooms.domain.room_plan.packing import NO_ROOM


def bring_home(board: Board, effort: Effort) -> None:
    """Bring slots back to their homes while that saves moves. The slots in the way there go elsewhere."""
    changed = True
    while changed:
        changed = False
        for slot, home in enumerate(board.home):
            if home != NO_ROOM and board.room_of[slot] not in (home, NO_ROOM):
                changed |= _bring_home(board, slot, effort)


def _bring_home(board: Board, slot: int, effort: Effort) -> bool:
    """Bring the slot home, where no other slot has to leave its home for that; returns whether it came home."""
    others = board.in_the_way(slot, board.home[slot]) - {slot}
    if any(board.price(other) for other in others):
        return False
    before = list(board.room_of)
    for each in (slot, *others):
        board.lift(each)
    board.place(slot, board.home[slot])
    for other in sorted(others, key=lambda each: (board.first[each] - board.until[each], each)):
        chain = chains.cheapest(board, other, effort, most=0)
        if chain is None:
            board.reset(before)
            return False
        chains.apply(board, chain)
    return True


def close_gaps(board: Board) -> None:
    """Let slots that are away from home or had none change to free rooms, while that leaves fewer gaps."""
    changeable = [slot for slot, fixed in enumerate(board.fixed) if not fixed]
    changed = True
    while changed:
        changed = False
        for slot in changeable:
            room = board.room_of[slot]
            if room in (NO_ROOM, board.home[slot]):
                continue
            board.lift(slot)
            best = chains.tightest(board, slot, board.open_rooms(slot))
            if board.gap_change(slot, best) < board.gap_change(slot, room):
                room, changed = best, True
            board.place(slot, room)
