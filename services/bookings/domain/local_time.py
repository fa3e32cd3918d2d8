"""Converts hotel-local wall times to instants (UTC), also in the nights of clock changes.

A wall time in a gap stands for the first instant after the gap. A wall time that occurs twice stands for the
earlier instant if something opens then, and for the later instant if something closes then.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def opens_at(day: date, wall: str, zone: str) -> datetime:
    """The instant (UTC) of the wall time `HH:MM` on that day. If the wall time occurs twice, the earlier instant."""
    return _instant(datetime.combine(day, time.fromisoformat(wall)), ZoneInfo(zone), fold=0)


def closes_at(day: date, wall: str, zone: str) -> datetime:
    """The instant (UTC) of the wall time `HH:MM` on that day. If the wall time occurs twice, the later instant."""
    return _instant(datetime.combine(day, time.fromisoformat(wall)), ZoneInfo(zone), fold=1)


def local_date(now: datetime, zone: str) -> date:
    """The hotel-local date at that instant."""
    return now.astimezone(ZoneInfo(zone)).date()


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The end of the clock-change gap in which the wall time lies, found by bisection."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
