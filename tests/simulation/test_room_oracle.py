"""The oracle of room plans finds every arrangement, on cases small enough to see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.simulation.judging.room_oracle import Nights, PlannableStay, least_without_room

DAY = date(2031, 5, 5)


def nights(first: int, until: int) -> Nights:
    """Nights from one day of May until another."""
    return Nights(DAY + timedelta(days=first), DAY + timedelta(days=until))


def new(first: int, until: int) -> PlannableStay:
    """A stay without a room."""
    return PlannableStay(nights(first, until), has_room=False)


def roomed(first: int, until: int) -> PlannableStay:
    """A stay that has a room, and may have another one."""
    return PlannableStay(nights(first, until), has_room=True)


@pytest.mark.parametrize(
    ("taken", "stays", "number"),
    [
        ({1: []}, [], 0),
        ({1: []}, [new(0, 2)], 0),
        ({}, [new(0, 2)], 1),
        ({1: [nights(1, 3)]}, [new(0, 2)], 1),
        ({1: [nights(2, 3)]}, [new(0, 2)], 0),
        ({1: [], 2: []}, [new(0, 2), new(1, 3), new(0, 3)], 1),
        # each night has a free room, and the stay has one only if one of the others moves
        ({1: [], 2: []}, [roomed(0, 1), roomed(1, 2), new(0, 2)], 0),
        ({1: [nights(0, 1)], 2: [nights(1, 2)]}, [new(0, 2)], 1),
        # a long stay is left out for two short ones
        ({1: []}, [new(0, 4), new(0, 2), new(2, 4)], 1),
        # a stay that has a room does not lose it to two others
        ({1: []}, [roomed(0, 4), new(0, 2), new(2, 4)], 2),
    ],
)
def test_the_least_number_of_stays_is_left_out(
    taken: dict[int, list[Nights]], stays: list[PlannableStay], number: int
) -> None:
    assert least_without_room(taken, stays) == number


def test_a_stay_that_would_lose_its_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="every stay that has one"):
        least_without_room({1: [nights(0, 2)]}, [roomed(1, 3)])
