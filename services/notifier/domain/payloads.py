"""Makes the payload of a push from fields of the event. No person is named in it."""

from typing import Any

from contracts.bookings.events import BookingEvent
from contracts.message import Envelope, Event
from contracts.values import Actor, ActorKind, Money
from services.notifier.domain.push_rule import PushRule

# The fields on the public channels of old clients. None of them holds a name or a token.
LEGACY_FIELDS = frozenset(
    {"event_id", "sequence", "subject", "hotel", "booking_id", "status", "room_number", "old_status", "new_status"}
    | {"source", "checked_in_at", "checked_out_at", "updated_at", "timestamp"}
)
_ALWAYS = ("booking_id", "status", "previous_status")


def feed_of(envelope: Envelope) -> str:
    """The name of the event's feed. The event's `sequence` is the event's number in this feed.

    A booking's payment events have a feed of their own, numbered separately.
    """
    return f"payment/{envelope.subject}" if envelope.source == "payments" else envelope.subject


def payload(event: Event, envelope: Envelope, rule: PushRule) -> dict[str, Any]:
    """The payload that every audience gets. Amounts are text in major units, with their currency. Instants are UTC."""
    data: dict[str, Any] = {
        "event_id": envelope.id,
        "sequence": envelope.sequence,
        "subject": feed_of(envelope),
        "hotel": envelope.hotel,
        "timestamp": envelope.time,
    }
    if isinstance(event, BookingEvent):
        data["updated_at"] = envelope.time
    sources = {name: name for name in (*_ALWAYS, *rule.fields) if hasattr(event, name)} | dict(rule.renamed)
    for name, source in sources.items():
        value = getattr(event, source)
        if isinstance(value, Money):
            data["currency"] = value.currency
            value = value.text
        data[name] = value
    return data


def acting_staff(event: Event, rule: PushRule) -> str:
    """The account id of the staff member who acted; empty if somebody else did."""
    actor: Actor | None = getattr(event, rule.by) if rule.by else None
    return actor.id or "" if actor is not None and actor.kind is ActorKind.STAFF else ""


def for_legacy(data: dict[str, Any]) -> dict[str, Any]:
    """The reduced payload for the public channels of old clients."""
    return {name: value for name, value in data.items() if name in LEGACY_FIELDS}
