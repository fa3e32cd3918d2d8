"""Unusual holds: staff are told once of a night on which many rooms are held unpaid, until their share falls again."""

from datetime import date, timedelta

from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from contracts.rooms.capacity import GetCapacity
from services.bookings.domain.unusual_holds import unusual
from services.bookings.work import BookingsWork


def watch_holds(conversation: Conversation[BookingsWork]) -> bool:
    """Compare the rooms that are held unpaid with the hotels' rooms. Returns False: the next comparison is due later.

    Each hotel is compared in a transaction of its own. A hotel that another process compares is left to that process.
    """
    with conversation.reading() as work:
        held, noticed = work.unusual_nights.held(), work.unusual_nights.noticed()
    for hotel in sorted(held.keys() | {hotel for hotel, _ in noticed}):
        try:
            rooms = _rooms(hotel, held.get(hotel, {}), conversation)
        except Unavailable:
            return False
        with conversation.transaction() as work:
            if work.unusual_nights.lock(hotel):
                _compare(hotel, rooms, work)
    return False


def _compare(hotel: str, rooms: dict[date, int], work: BookingsWork) -> None:
    held = work.unusual_nights.held(hotel).get(hotel, {})
    noticed = {night for _, night in work.unusual_nights.noticed(hotel)}
    present = unusual(hotel, held=held, rooms=rooms, now=work.now)
    for night in sorted(noticed - present.keys()):
        work.unusual_nights.remove(hotel, night)
    for night, event in sorted(present.items()):
        if night not in noticed and work.unusual_nights.add(hotel, night, now=work.now):
            work.publish(event)


def _rooms(hotel: str, nights: dict[date, int], conversation: Conversation[BookingsWork]) -> dict[date, int]:
    if not nights:
        return {}
    ask = GetCapacity(hotel=hotel, first_night=min(nights), until=max(nights) + timedelta(days=1))
    return {each.night: each.rooms for each in conversation.ask(ask).nights}
