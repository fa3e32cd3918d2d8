"""A booking's facts as HTTP tells them: money in major units, and no names of staff for guests."""

from typing import Any

from contracts import bookings
from contracts.values import Money
from gateway.api.bookings.guest_responses import Feed, FeedEvent

_MONEY, _ACTOR = {"amount", "currency"}, {"kind", "id", "name"}


def feed_event(item: bookings.FeedItem, *, names: bool) -> FeedEvent:
    """One fact; `names` keeps those of staff."""
    return FeedEvent(
        event_id=item.id,
        type=item.type,
        sequence=item.sequence,
        time=item.time,
        data={name: _told(value, names=names) for name, value in item.data.items()},
    )


def feed(found: bookings.Feed, *, names: bool) -> Feed:
    """The facts after a number."""
    return Feed(
        booking_id=found.booking_id,
        last_sequence=found.last_sequence,
        events=tuple(feed_event(item, names=names) for item in found.events),
    )


def _told(value: Any, *, names: bool) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == _MONEY and isinstance(value["amount"], int):
        return {"amount": Money(value["amount"], value["currency"]).text, "currency": value["currency"]}
    if value.keys() == _ACTOR and not names:
        return {"kind": value["kind"], "id": None, "name": None}
    return value
