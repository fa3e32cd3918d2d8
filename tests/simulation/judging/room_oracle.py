"""How many of some stays can be roomed, by trying every arrangement: an oracle for hotels of a few rooms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple


class Nights(NamedTuple):
    """Nights from `first` until, and without, `until`."""

    first: date
    until: date

    def overlap(self, other: Nights) -> bool:
        """Whether a night is in both."""
        return self.first < other.until and other.first < self.until


class PlannableStay(NamedTuple):
    """A stay that may have any room; one that `has_room` must not lose it."""

    nights: Nights
    has_room: bool


def least_without_room(taken: Mapping[int, Collection[Nights]], stays: Sequence[PlannableStay]) -> int:
    """The least number of stays that are left without a room, where each stay has one room on all its nights.

    `taken` are the nights of each room that nobody else may have. Raises `ValueError` where a stay would lose its room.
    """
    rooms = sorted(taken)
    ordered = sorted(stays, key=lambda stay: (stay.nights.first, stay.nights.until, not stay.has_room))

    @cache
    def least(number: int, free_from: tuple[date, ...]) -> int | None:
        if number == len(ordered):
            return 0
        stay, results = ordered[number], []
        for at, room in enumerate(rooms):
            if free_from[at] <= stay.nights.first and not any(stay.nights.overlap(each) for each in taken[room]):
                results.append(least(number + 1, (*free_from[:at], stay.nights.until, *free_from[at + 1 :])))
        if not stay.has_room:
            without = least(number + 1, free_from)
            results.append(None if without is None else without + 1)
        return min((result for result in results if result is not None), default=None)

    number = least(0, (date.min,) * len(rooms))
    if number is None:
        raise ValueError("no arrangement has a room for every stay that has one")
    return number
