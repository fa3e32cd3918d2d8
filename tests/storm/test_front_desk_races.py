"""Every pair of conflicting commands about stays and rooms, at the same moment on two connections.

Two commands conflict where the model gives other answers or another hotel if they come the other way round, or where
one of them keeps the other from being done. Whatever happens must be what the model foresees for one of the two orders.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from itertools import combinations_with_replacement

import pytest

from contracts.rooms.events import RoomStatus
from tests.storm.actions import Action
from tests.storm.hotel_environment import Hotel
from tests.storm.hotel_machine import AT_ONCE, NEW, HotelMachine
from tests.storm.hotel_model import HotelModel

MANY = 10  # races of each pair in every opening
# What may be done about guest 0 and room 11, where the guest is or comes; others want room 12.
COMMANDS = {
    "check in": Action("check in"),
    "assign": Action("assign", room="12"),
    "book": Action("book", room="11", nights=2),
    "walk in": Action("walk in", room="12", nights=2),
    "move": Action("move", room="12"),
    "extend": Action("extend", nights=2),
    "acknowledge": Action("acknowledge"),
    "check out": Action("check out"),
    "cancel": Action("cancel"),
    "no-show": Action("no-show"),
    "unassign": Action("unassign"),
    "turn": Action("turn", room="11", to=RoomStatus.MAINTENANCE_REQUIRED),
    "block": Action("block", room="12", nights=2),
    "unblock": Action("unblock", room="12"),
}
OPENINGS = {
    "is to come": [Action("book", room="11", nights=2), Action("assign", room="11")],
    "is here": [Action("walk in", room="11", nights=2)],
    "is here, and the last room blocked": [Action("walk in", room="11", nights=2), Action("block", room="12")],
    "is to come, and the last room sold": [
        Action("book", room="11", nights=2),
        Action("assign", room="11"),
        Action("book", room="11", nights=2),
    ],
    "should have left": [Action("walk in", room="11", nights=1)],
    "has not come": [Action("book", room="11", nights=3)],
}
TIME_PASSES = {"should have left": False, "has not come": True}  # whether the timers are late
SPAN = timedelta(hours=22)  # from 14:00 to noon
Pair = tuple[str, str]


def machine_at(hotel: Hotel, opening: str) -> HotelMachine:
    machine: HotelMachine = type("DeskMachine", (HotelMachine,), {"hotel": hotel})()
    for action in OPENINGS[opening]:
        machine._do(action)
    machine._then(lazy=False)
    if opening in TIME_PASSES:
        machine.time_passes(SPAN, TIME_PASSES[opening], None)
    return machine


def outcomes(machine: HotelMachine, pair: Pair) -> list[tuple[dict[str, str], HotelModel]]:
    """Both orders: the answer to each command, by its position, and the hotel after them."""
    both = []
    for order in ((0, 1), (1, 0)):
        model, answers = machine._now(machine.model), {}
        for position in order:
            action = COMMANDS[pair[position]]
            answers[str(position)] = action.predict(model, machine._who(action), NEW[position])
        both.append((answers, model))
    return both


def alone(machine: HotelMachine, name: str) -> str:
    action, model = COMMANDS[name], machine._now(machine.model)
    return action.predict(model, machine._who(action), NEW[0])


def conflicts(hotel: Hotel, machine: HotelMachine, pair: Pair) -> bool:
    """Whether the order matters, or one of two possible commands keeps the other from being done."""
    (first, one), (second, other) = outcomes(machine, pair)
    possible = [alone(machine, name) == "" for name in pair]
    return any(possible) and (
        first != second
        or hotel.comparable_state(deepcopy(one)) != hotel.comparable_state(deepcopy(other))
        or (all(possible) and any(first.values()))
    )


def conflicting_pairs(hotel: Hotel, opening: str) -> list[Pair]:
    machine = machine_at(hotel, opening)
    pairs = [pair for pair in combinations_with_replacement(COMMANDS, 2) if conflicts(hotel, machine, pair)]
    machine.teardown()
    return pairs


def race(hotel: Hotel, opening: str, pair: Pair) -> None:
    machine = machine_at(hotel, opening)
    machine._race(COMMANDS[pair[0]], COMMANDS[pair[1]])
    machine._then(lazy=False)
    machine.the_hotel_is_as_foreseen()
    machine.teardown()


@pytest.mark.parametrize("times", [1, pytest.param(MANY, marks=pytest.mark.long)], ids=["once", "often"])
@pytest.mark.timeout(0)
def test_two_conflicting_commands_at_once_end_as_one_after_the_other(hotel: Hotel, times: int) -> None:
    raced: set[Pair] = set()
    for opening in OPENINGS:
        for pair in conflicting_pairs(hotel, opening):
            if times > 1 or pair not in raced:
                for _ in range(times):
                    race(hotel, opening, pair)
            raced.add(pair)

    assert len(raced) > 50
    assert {name for pair in raced for name in pair} == set(COMMANDS) == set(AT_ONCE)
