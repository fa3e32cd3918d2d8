"""Timers that put the nights of a new day on sale and delete old quotes."""

from datetime import timedelta

from chassis.observability import logs
from services.rooms.domain import stays
from services.rooms.work import RoomsWork

QUOTES_KEPT_FOR = timedelta(days=30)

log = logs.logger(__name__)


def extend_nights(work: RoomsWork) -> bool:
    """Extend the nights on sale of one hotel up to the horizon; returns False where no hotel is due."""
    due = work.nights.due(work.now, days=stays.HORIZON_DAYS)
    if due is None:
        return False
    hotel, timezone, last = due
    through = stays.horizon(stays.local_day(work.now, timezone))
    work.nights.extend(hotel, first=last + timedelta(days=1), through=through)
    log.info("nights_extended", hotel=hotel, through=through.isoformat())
    return True


def forget_quotes(work: RoomsWork) -> bool:
    """Delete some quotes that expired 30 days ago; returns False where there is no such quote."""
    return work.offers.delete_quotes(before=work.now - QUOTES_KEPT_FOR)
