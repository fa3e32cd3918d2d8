"""What the clock does: puts the nights of a new day on sale, forgets old quotes."""

from datetime import timedelta

from chassis.observability import logs
from services.rooms.domain import stays
from services.rooms.work import RoomsWork

QUOTES_KEPT = timedelta(days=30)

log = logs.logger(__name__)


def extend_nights(work: RoomsWork) -> bool:
    """Extend one hotel whose nights do not reach as far ahead as they should; False: none is due."""
    due = work.nights.due(work.now, days=stays.HORIZON_DAYS)
    if due is None:
        return False
    hotel, timezone, last = due
    through = stays.horizon(stays.local_day(work.now, timezone))
    work.nights.extend(hotel, first=last + timedelta(days=1), through=through)
    log.info("nights_extended", hotel=hotel, through=through.isoformat())
    return True


def forget_quotes(work: RoomsWork) -> bool:
    """Drop some quotes that nobody can use any more; False: none is left."""
    return work.offers.forget(before=work.now - QUOTES_KEPT)
