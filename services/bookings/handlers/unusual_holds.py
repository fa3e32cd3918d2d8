"""Unusual holds: staff are told once of a night on which many rooms are held unpaid, until their share falls again."""

from datetime import date, timedelta

from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from contracts.rooms.capacity import GetCapacity
from services.bookings.domain.unusual_holds import unusual
from services.bookings.work import BookingsWork

Capacities = dict[str, dict[date, int]]


def watch_holds(conversation: Conversation[BookingsWork]) -> bool:
    """Compare the rooms that are held unpaid with the hotels' rooms. Returns False: the next comparison is due later.

    Of several processes, one after the other compares, each with what is stored then.
    """
    with conversation.reading() as work:
        held, noticed = work.unusual_nights.held(), work.unusual_nights.noticed()
    if not held and not noticed:
        return False
    try:
        rooms = {hotel: _rooms(hotel, nights, conversation) for hotel, nights in held.items()}
    except Unavailable:
        return False
    with conversation.transaction() as work:
        work.unusual_nights.alone()
        _compare(rooms, work)
    return False


def _compare(rooms: Capacities, work: BookingsWork) -> None:
    held, noticed = work.unusual_nights.held(), work.unusual_nights.noticed()
    present = {
        (hotel, night): event
        for hotel, nights in held.items()
        for night, event in unusual(hotel, held=nights, rooms=rooms.get(hotel, {}), now=work.now).items()
    }
    for hotel, night in sorted(noticed - present.keys()):
        work.unusual_nights.remove(hotel, night)
    for (hotel, night), event in sorted(present.items()):
        if (hotel, night) not in noticed and work.unusual_nights.add(hotel, night, now=work.now):
            work.publish(event)


def _rooms(hotel: str, nights: dict[date, int], conversation: Conversation[BookingsWork]) -> dict[date, int]:
    ask = GetCapacity(hotel=hotel, first_night=min(nights), until=max(nights) + timedelta(days=1))
    return {each.night: each.rooms for each in conversation.ask(ask).nights}
