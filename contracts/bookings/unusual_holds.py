"""Unusual holds: many rooms of a night are held by bookings that wait for their payment."""

from datetime import date, datetime

from contracts.message import Event


class HoldsUnusual(Event):
    """More than 30 % of a hotel's rooms on one night are held unpaid; published once until the share falls again.

    `held` is the number of rooms that are held unpaid, `rooms` the number of rooms on sale on that night.
    """

    hotel: str
    night: date
    held: int
    rooms: int
    noticed_at: datetime

    @property
    def subject(self) -> str:
        return f"holds/{self.hotel}/{self.night}"
