"""What a booking has at a hotel: its hold, its stay in a room, and that room; and the end of hold and stay."""

from dataclasses import dataclass
from datetime import date

from services.rooms.domain import holds
from services.rooms.domain.holds import Hold, HoldPart, NightChange
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room


@dataclass(frozen=True, kw_only=True)
class HeldRoom:
    """The hotel, the booking's hold with its parts, the booking's stay, and a room where one was asked for.

    `stay` is None where the booking has no room.
    """

    hotel: Hotel
    hold: Hold | None
    stay: Period | None
    room: Room | None = None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The end of a live hold, and of the booking's stay where it has one.

    The nights from `from_on` on are released; all nights where `from_on` is None.
    """

    hold: Hold
    stay: Period | None
    from_on: date | None

    @property
    def version(self) -> int:
        """The version of the hold after its end."""
        return self.hold.version + 1

    @property
    def remaining(self) -> tuple[HoldPart, ...]:
        """The parts that the hold keeps, for the nights that the guest has slept."""
        return holds.released(self.hold.parts, from_on=self.from_on)[0]

    @property
    def freed(self) -> tuple[NightChange, ...]:
        """The counter changes that free the released nights."""
        return holds.released(self.hold.parts, from_on=self.from_on)[1]

    @property
    def stay_until(self) -> date | None:
        """The date on which the stay ends; a stay that loses all its nights ends on its first."""
        return self.from_on or (self.stay.nights.check_in if self.stay else None)
