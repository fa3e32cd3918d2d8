"""Timers that return rooms to order, count the nights of a new day and delete old quotes."""

from datetime import timedelta

from chassis.observability import logs
from contracts.rooms.events import ChangeSource, RoomStatus
from services.rooms.domain import stays
from services.rooms.lifecycle import ReturnedToClean
from services.rooms.steps import blocks, room_access, room_status
from services.rooms.work import RoomsWork

QUOTES_KEPT_FOR = timedelta(days=2)

log = logs.logger(__name__)


def return_to_order(work: RoomsWork) -> bool:
    """Return one room to order whose `until` has come; returns False where no room is due.

    The room becomes `CHECKOUT_DIRTY` with a cleaning task, and its out-of-order block ends. The block is read again
    after the room is locked, because another process or staff may have returned the room.
    """
    due = work.rooms.due_back(work.now)
    if due is None:
        return False
    room, today = room_access.lock_in_own_hotel(work, *due)
    ended = [block for block in blocks.out_of_order(work, room) if block.nights.check_out <= today]
    if room.status is not RoomStatus.OUT_OF_ORDER or not ended:
        return False
    until = ended[0].nights.check_out.isoformat()
    room_status.change(
        work, room, ReturnedToClean, source=ChangeSource.SYSTEM, note=f"The room was out of order until {until}."
    )
    blocks.end(work, room, ended, today=today)
    log.info("room_returned_to_order", hotel=room.hotel, room=room.room_number, until=until)
    return True


def extend_nights(work: RoomsWork) -> bool:
    """Add the missing night counters of one hotel; returns False where no hotel is due."""
    due = work.nights.due(work.now, days=stays.COUNTED_DAYS)
    if due is None:
        return False
    hotel, timezone, last = due
    through = stays.last_counted_night(stays.local_day(work.now, timezone))
    work.nights.extend(hotel, first=last + timedelta(days=1), through=through)
    log.info("nights_extended", hotel=hotel, through=through.isoformat())
    return True


def forget_quotes(work: RoomsWork) -> bool:
    """Delete some quotes that expired two days ago; returns False where there is no such quote."""
    return work.offers.delete_quotes(before=work.now - QUOTES_KEPT_FOR)
