"""Holds: the nights of a room type that are sold to a booking, and the changes of the night counters.

The nights of a hold are divided into parts, one for each room type on which the nights count. An assignment to a room
of another type moves the remaining nights to that type; the nights already slept stay on the earlier type.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.refusal import Refusal
from contracts.values import Stay


class HoldExists(Exception):
    """The booking has a hold already, live or ended."""


class NightsFull(Exception):
    """The room type is full, or not on sale, on one of the nights."""


@dataclass(frozen=True, kw_only=True)
class HoldPart:
    """The part of a hold whose nights `[first_night, until)` count on this room type."""

    room_type_id: int
    first_night: date
    until: date


@dataclass(frozen=True, kw_only=True)
class NightChange:
    """Add `by` to a counter on each of the nights `[first_night, until)`."""

    room_type_id: int
    first_night: date
    until: date
    by: int


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The hold of one booking. `room_type_id` is the booked type; `ended_at` (UTC) is None while the hold is live.

    A change of a stay that waits for its payment has a hold of its own under the change's id, with the added nights as
    parts; `change_of` is then the id of the booking, and `stay` the changed stay.
    """

    booking_id: str
    hotel: str
    room_type_id: int
    stay: Stay
    ended_at: datetime | None
    version: int
    parts: tuple[HoldPart, ...] = ()
    change_of: str | None = None

    @property
    def live(self) -> bool:
        """Whether the hold is live, that is, has not ended."""
        return self.ended_at is None


@dataclass(frozen=True, kw_only=True)
class Release:
    """The release of a booking's nights from the date `from_on` on.

    A `from_on` that is None releases all nights. While the guest is in house, None releases only the nights from today
    on, unless `whole` is set. `action_id` is the id of the action or the event that causes the release.
    """

    hotel: str
    booking_id: str
    from_on: date | None
    action_id: str
    whole: bool = False
    note: str = ""


def whole_stay(room_type_id: int, stay: Stay) -> HoldPart:
    """The part of a hold that has all nights of the stay, which count on one room type."""
    return HoldPart(room_type_id=room_type_id, first_night=stay.check_in, until=stay.check_out)


def change(part: HoldPart, *, by: int) -> NightChange:
    """The counter change that adds `by` on each night of the part."""
    return NightChange(room_type_id=part.room_type_id, first_night=part.first_night, until=part.until, by=by)


def split(parts: Iterable[HoldPart], at: date) -> tuple[tuple[HoldPart, ...], tuple[HoldPart, ...]]:
    """The parts before the date, and the parts from the date on."""
    before = [replace(part, until=min(part.until, at)) for part in parts if part.first_night < at]
    after = [replace(part, first_night=max(part.first_night, at)) for part in parts if part.until > at]
    return tuple(before), tuple(after)


def released(
    parts: Sequence[HoldPart], *, from_on: date | None
) -> tuple[tuple[HoldPart, ...], tuple[NightChange, ...]]:
    """The remaining parts, and the counter changes that free the nights from `from_on` on.

    A `from_on` that is None frees all nights.
    """
    remaining, freed = ((), tuple(parts)) if from_on is None else split(parts, from_on)
    return remaining, tuple(change(part, by=-1) for part in freed)


def moved_to_type(
    parts: Sequence[HoldPart], room_type_id: int, *, from_on: date
) -> tuple[tuple[HoldPart, ...], tuple[NightChange, ...]]:
    """Move the nights on and after `from_on` to this room type; returns the new parts and the counter changes."""
    before, after = split(parts, from_on)
    leaving = [part for part in after if part.room_type_id != room_type_id]
    if not leaving:
        return tuple(parts), ()
    arriving = [replace(part, room_type_id=room_type_id) for part in leaving]
    staying = [part for part in after if part.room_type_id == room_type_id]
    in_order = sorted((*before, *staying, *arriving), key=lambda part: part.first_night)
    changes = (*(change(part, by=-1) for part in leaving), *(change(part, by=1) for part in arriving))
    return merged(in_order), changes


def merged(parts: Sequence[HoldPart]) -> tuple[HoldPart, ...]:
    """The parts, with adjacent parts of one room type joined. `parts` must be in the order of their nights."""
    result: list[HoldPart] = []
    for part in parts:
        last = result[-1] if result else None
        if last and last.until == part.first_night and last.room_type_id == part.room_type_id:
            result[-1] = replace(last, until=part.until)
        else:
            result.append(part)
    return tuple(result)


def nothing_held() -> Refusal:
    """The refusal `NOTHING_HELD`, for a booking without a live hold at the hotel."""
    return Refusal("NOTHING_HELD", "The booking holds no nights here.")


def sold_out(room_type_name: str) -> Refusal:
    """The refusal `SOLD_OUT`, for a room type that is full on one of the nights."""
    return Refusal("SOLD_OUT", f"{room_type_name} is sold out on some of these nights.")


def hold_differs() -> Refusal:
    """The refusal `HOLD_DIFFERS`, for a booking that has a live hold of other nights or another type."""
    return Refusal("HOLD_DIFFERS", "The booking already holds something else.")
