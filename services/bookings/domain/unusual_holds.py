"""Unusual holds: a night of which more than 30 % of the rooms are held by bookings that wait for their payment."""

from collections.abc import Mapping
from datetime import date, datetime

from contracts.bookings.unusual_holds import HoldsUnusual

FEWEST_ROOMS = 10
USUAL_PERCENT = 30
# So many rooms held unpaid are usual at every hotel that has enough rooms to be watched.
ALWAYS_USUAL = FEWEST_ROOMS * USUAL_PERCENT // 100


def unusual(
    hotel: str, *, held: Mapping[date, int], rooms: Mapping[date, int], now: datetime
) -> dict[date, HoldsUnusual]:
    """The hotel's unusual nights, each with its event. `held` and `rooms` are numbers of rooms, keyed by night."""
    return {
        night: HoldsUnusual(hotel=hotel, night=night, held=count, rooms=rooms[night], noticed_at=now)
        for night, count in held.items()
        if rooms.get(night, 0) >= FEWEST_ROOMS and count * 100 > rooms[night] * USUAL_PERCENT
    }
