"""Which nights of which room type a booking holds, and how the counters move when that changes.

A booking's nights lie in parts, one for each room type they count on: an assignment to another type moves the nights
that remain, those already slept stay where they were.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.values import Stay


@dataclass(frozen=True, kw_only=True)
class Part:
    """The nights `[first_night, until)` count on this room type."""

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
    """What one booking holds. `room_type_id` is the type as booked; `ended_at` is set once it holds no coming night."""

    booking_id: str
    hotel: str
    room_type_id: int
    stay: Stay
    ended_at: datetime | None
    version: int
    parts: tuple[Part, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it still holds anything to come."""
        return self.ended_at is None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A booking's nights from a date on (None: all, or in house those from today on, unless `whole`) are let go of.

    `action_id` names what made it so: an ask's action, or the fact that was heard.
    """

    booking_id: str
    from_on: date | None
    action_id: str
    whole: bool = False
    note: str = ""


def whole(room_type_id: int, stay: Stay) -> Part:
    """All nights of a stay on one type."""
    return Part(room_type_id=room_type_id, first_night=stay.check_in, until=stay.check_out)


def change(part: Part, *, by: int) -> NightChange:
    """Count a part once more (`1`) or once less (`-1`)."""
    return NightChange(room_type_id=part.room_type_id, first_night=part.first_night, until=part.until, by=by)


def split(parts: Iterable[Part], at: date) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The nights before the date, and those from it on."""
    before = [replace(part, until=min(part.until, at)) for part in parts if part.first_night < at]
    after = [replace(part, first_night=max(part.first_night, at)) for part in parts if part.until > at]
    return tuple(before), tuple(after)


def freed(parts: Sequence[Part], *, from_on: date | None) -> tuple[tuple[Part, ...], tuple[NightChange, ...]]:
    """What is kept, and what goes back, when nights from a date on (None: all of them) are let go."""
    kept, gone = ((), tuple(parts)) if from_on is None else split(parts, from_on)
    return kept, tuple(change(part, by=-1) for part in gone)


def moved(parts: Sequence[Part], *, to_type: int, from_on: date) -> tuple[tuple[Part, ...], tuple[NightChange, ...]]:
    """The parts, and what moves between counters, when the nights from a date on count on another type."""
    before, after = split(parts, from_on)
    leaving = [part for part in after if part.room_type_id != to_type]
    if not leaving:
        return tuple(parts), ()
    arriving = [replace(part, room_type_id=to_type) for part in leaving]
    staying = [part for part in after if part.room_type_id == to_type]
    together = sorted((*before, *staying, *arriving), key=lambda part: part.first_night)
    changes = (*(change(part, by=-1) for part in leaving), *(change(part, by=1) for part in arriving))
    return joined(together), changes


def joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same nights in as few parts as can be."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.until == part.first_night and last.room_type_id == part.room_type_id:
            joined[-1] = replace(last, until=part.until)
        else:
            joined.append(part)
    return tuple(joined)
