"""Solves the packing of one room type: most stays get a room, with few moves, then few gaps."""

from collections.abc import Collection
from contextlib import suppress

from services.rooms.domain.room_plan import chains
from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.effort import Effort, OutOfEffort
from services.rooms.domain.room_plan.homes import bring_home, close_gaps
from services.rooms.domain.room_plan.matching import shortages, surplus, unplaced_at_least
from services.rooms.domain.room_plan.packing import Packing, Placement, moves, unplaced
from services.rooms.domain.room_plan.pool import empty_pool
from services.rooms.domain.room_plan.search import ExhaustiveSearch

EFFORT = 500_000
MOST_EJECTIONS = 6


def solve(packing: Packing, *, effort: int = EFFORT) -> Placement:
    """Place the slots. The packing has been checked (`check_packing`).

    `effort` bounds both the searches and the chains, in slots and rooms that they look at; each look takes about a
    microsecond.
    """
    board, budget, for_chains = Board(packing), Effort(effort), Effort(effort)
    least = unplaced_at_least(packing, shortages(board))
    last = set(surplus(board)) if least else set[int]()
    augment(board, last, budget.share(4), for_chains)
    if len(board.homeless()) > least:
        empty_pool(board, last, budget.share(2))
        augment(board, last, budget.share(4), for_chains)
    bring_home(board, for_chains)
    best, least = _place_more(packing, list(board.room_of), least, budget.share(2))
    best, fewest = _save_moves(packing, best, budget)
    board.reset(best)
    close_gaps(board)
    return Placement(room_of=tuple(board.room_of), unplaced_at_least=least, moves_at_least=fewest)


def augment(board: Board, last: Collection[int], effort: Effort, for_chains: Effort) -> None:
    """Place slots without a room by ejection chains, then by searches for a few ejections; those in `last` at last."""
    for slot in sorted(board.homeless(), key=lambda slot: slot in last):
        if chain := chains.cheapest(board, slot, for_chains):
            chains.apply(board, chain)
    slots = [slot for slot in board.homeless() if slot not in last]
    for position, slot in enumerate(slots):
        share = effort.share(len(slots) - position)
        search = ExhaustiveSearch(board, share)
        with suppress(OutOfEffort):
            for ejections in range(2, MOST_EJECTIONS + 1):
                if search.run([slot], moves=ejections, count_all=True):
                    break
        effort.give_back(share)


def _place_more(packing: Packing, best: list[int], least: int, effort: Effort) -> tuple[list[int], int]:
    """A placement that leaves fewer slots out, as far as the effort goes, and the fewest that can be left out."""
    board = Board(packing)
    search, slots = ExhaustiveSearch(board, effort), board.homeless()
    with suppress(OutOfEffort):
        while unplaced(best) > least:
            if search.run(slots, left_out=least):
                return list(board.room_of), least
            least += 1
    return best, least


def _save_moves(packing: Packing, best: list[int], effort: Effort) -> tuple[list[int], int]:
    """A placement with fewer moves that leaves as few slots out, and the fewest moves, as far as the effort goes."""
    board, fewest = Board(packing), 0
    search, slots = ExhaustiveSearch(board, effort), board.homeless()
    with suppress(OutOfEffort):
        while moves(packing, best) > fewest:
            if search.run(slots, moves=fewest, left_out=unplaced(best)):
                return list(board.room_of), fewest
            fewest += 1
    return best, fewest
