"""Sold stays that no room plan gives a room: which of them staff have to be told of."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from contracts.bookings.room_plan import RoomPlanImpossible
from contracts.data import Data
from contracts.rooms.room_plan import RoomPlanProposal, StayWithoutRoom

MOST_OBSTACLES = 50  # of an event, which is pushed with at most 10 kB
MOST_NIGHTS = 31
QUARTER = 6 * 60  # minutes


class ImpossibleStay(Data):
    """A stay without a room in any plan. Staff were told of it, or of one in its place, at `noticed_at` (UTC)."""

    stay: StayWithoutRoom
    left_off: int
    proven: bool
    noticed_at: datetime


class RoomPlanCheck(Data):
    """The last check of a hotel. `version` is that of what the plan was made for; `marks` counts reasons to plan."""

    hotel: str
    version: str
    marks: int
    impossible: tuple[ImpossibleStay, ...]


def version_of(digest: str, check: RoomPlanCheck, *, now: datetime) -> str:
    """The version of what a plan is made for: the bookings by their digest, the marks, and the quarter of the day.

    The quarter stands for what changes without a mark: tonight, and whether rooms will be ready. It begins at another
    minute for each hotel, so that not all plans are made at once.
    """
    moved = now + timedelta(minutes=crc32(check.hotel.encode()) % QUARTER)
    return f"{moved:%Y-%m-%d} {moved.hour * 60 // QUARTER} {check.marks} {digest}"


def compared(
    before: Sequence[ImpossibleStay], proposal: RoomPlanProposal, *, now: datetime
) -> tuple[tuple[ImpossibleStay, ...], tuple[ImpossibleStay, ...]]:
    """The stays of the plan that have no room, and those of them that staff have to be told of.

    Staff know of a stay that had no room before. They know, too, of one that clashed with such a stay and is left out
    in its place: any one of the stays of a clash may be left out, and a change elsewhere may decide which.
    """
    known = {each.stay.booking_id: each for each in before}
    present = {stay.booking_id for stay in proposal.impossible}
    gone = [each for each in before if each.stay.booking_id not in present]
    stays, news = [], []
    for stay in proposal.impossible:
        former = known.get(stay.booking_id) or _replaced(stay, gone)
        each = _cut(stay, proven=proposal.proven, noticed_at=former.noticed_at if former else now)
        stays.append(each)
        if former is None:
            news.append(each)
        elif former in gone:
            gone.remove(former)
    return tuple(stays), tuple(news)


def impossible(hotel: str, each: ImpossibleStay) -> RoomPlanImpossible:
    """The event by which staff are told."""
    return RoomPlanImpossible(
        hotel=hotel,
        booking_id=each.stay.booking_id,
        nights=each.stay.nights,
        blocked_by=each.stay.blocked_by,
        left_off=each.left_off,
        proven=each.proven,
        noticed_at=each.noticed_at,
    )


def _replaced(stay: StayWithoutRoom, gone: Iterable[ImpossibleStay]) -> ImpossibleStay | None:
    """The first stay that now has a room, and whose clash had this stay."""
    for each in gone:
        if stay.booking_id in {obstacle.id for obstacle in each.stay.blocked_by}:
            return each
    return None


def _cut(stay: StayWithoutRoom, *, proven: bool, noticed_at: datetime) -> ImpossibleStay:
    short = replace(stay, nights=stay.nights[:MOST_NIGHTS], blocked_by=stay.blocked_by[:MOST_OBSTACLES])
    left_off = len(stay.blocked_by) - len(short.blocked_by)
    return ImpossibleStay(stay=short, left_off=left_off, proven=proven, noticed_at=noticed_at)
