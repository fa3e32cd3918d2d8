"""The packing as a CP-SAT model. Only the exact solver's own process imports this module, and thereby OR-tools.

The model is the text form of CP-SAT's protocol buffer, and `cp_model_helper` solves it: `ortools.sat.python.cp_model`
imports pandas, which takes longer than the solver may.
"""

import math
import time
from collections.abc import Iterable, Mapping

from ortools.sat.python import cp_model_helper

from services.rooms.domain.room_plan.packing import NO_ROOM, night_bits
from services.rooms.exact_plan.question import PackingToSolve, SolvedPacking

SHARE_FOR_PLACING = 0.7
Literals = dict[tuple[int, int], int]


def solved(packing: PackingToSolve) -> SolvedPacking:
    """Place most slots, then with as few moves as the time allows."""
    literals = _literals(packing)
    rules = _rules(packing, literals)
    needing = {number for number, slot in enumerate(packing.slots) if slot.home == NO_ROOM}
    placing = {literal: -1 for (slot, _), literal in literals.items() if slot in needing}
    moving = {
        literal: 1
        for (slot, room), literal in literals.items()
        if slot not in needing and packing.slots[slot].home != room
    }
    rooms = tuple(slot.room for slot in packing.slots)
    rooms, bound = _solve(packing, literals, rules, rooms, (placing, _seconds_left(packing) * SHARE_FOR_PLACING))
    least = max(len(needing) + bound, 0)
    rules.append(_no_more_than(placing, rooms.count(NO_ROOM) - len(needing)))
    rooms, fewest = _solve(packing, literals, rules, rooms, (moving, _seconds_left(packing)))
    return SolvedPacking(room_of=rooms, unplaced_at_least=least, moves_at_least=fewest)


def _literals(packing: PackingToSolve) -> Literals:
    """A variable for each slot and each room that no fixed slot keeps the slot out of; none for fixed slots."""
    closed = [0] * packing.rooms
    for slot in packing.slots:
        if slot.fixed:
            closed[slot.home] |= night_bits(slot.first, slot.until)
    pairs = [
        (number, room)
        for number, slot in enumerate(packing.slots)
        if not slot.fixed
        for room in range(packing.rooms)
        if not closed[room] & night_bits(slot.first, slot.until)
    ]
    return {pair: literal for literal, pair in enumerate(pairs)}


def _rules(packing: PackingToSolve, literals: Literals) -> list[str]:
    """One room for each slot that has a room now, at most one for the others, and one slot for each room and night."""
    of_slot: dict[int, list[int]] = {}
    on_night: dict[tuple[int, int], list[int]] = {}
    starts = {slot.first for slot in packing.slots}
    for (number, room), literal in literals.items():
        slot = packing.slots[number]
        of_slot.setdefault(number, []).append(literal)
        for night in range(slot.first, slot.until):
            if night in starts:
                on_night.setdefault((room, night), []).append(literal)
    rules = []
    for number, choices in of_slot.items():
        kind = "at_most_one" if packing.slots[number].home == NO_ROOM else "exactly_one"
        rules.append(_rule(kind, choices))
    return rules + [_rule("at_most_one", choices) for choices in on_night.values() if len(choices) > 1]


def _solve(
    packing: PackingToSolve,
    literals: Literals,
    rules: Iterable[str],
    rooms: tuple[int, ...],
    goal: tuple[Mapping[int, int], float],
) -> tuple[tuple[int, ...], int]:
    """The placement with the least cost, and a bound that no cost is below.

    `goal` has the cost of each literal and the seconds to solve in. Without a result `rooms`, and the lowest bound.
    """
    costs, seconds = goal
    lowest = sum(min(cost, 0) for cost in costs.values())
    if seconds <= 0 or not literals:
        return rooms, lowest
    text = "variables { domain: [0, 1] }\n" * len(literals) + "".join(f"constraints {{ {rule} }}\n" for rule in rules)
    if costs:
        text += f"objective {{ vars: {list(costs)} coeffs: {list(costs.values())} }}\n"
    hints = [int(rooms[slot] == room) for slot, room in literals]
    text += f"solution_hint {{ vars: {list(literals.values())} values: {hints} }}\n"
    model, params = cp_model_helper.CpModelProto(), cp_model_helper.SatParameters()
    params.parse_text_format(f"max_time_in_seconds: {seconds:.3f} num_workers: 1 random_seed: 1")
    if not model.parse_text_format(text):
        raise ValueError("CP-SAT cannot read the model")
    solver = cp_model_helper.SolveWrapper()
    solver.set_parameters(params)
    response = solver.solve(model)  # type: ignore[no-untyped-call]
    values = list(response.solution)
    bound = math.ceil(response.best_objective_bound - 1e-6) if costs and values else lowest
    if not values:
        return rooms, lowest
    result = [slot.home if slot.fixed else NO_ROOM for slot in packing.slots]
    for (slot, room), literal in literals.items():
        if values[literal]:
            result[slot] = room
    return tuple(result), max(bound, lowest)


def _rule(kind: str, choices: list[int]) -> str:
    return f"{kind} {{ literals: {choices} }}"


def _no_more_than(costs: Mapping[int, int], most: int) -> str:
    return f"linear {{ vars: {list(costs)} coeffs: {list(costs.values())} domain: [{-len(costs)}, {most}] }}"


def _seconds_left(packing: PackingToSolve) -> float:
    return packing.ends_at - time.monotonic()
