"""What a push carries: flat fields of the fact, picked by name. Never a person but the member of staff who acted."""

from typing import Any

from contracts.bookings import BookingEvent
from contracts.message import Envelope, Event
from contracts.values import Actor, ActorKind, Money
from services.notifier.notices import Push

# What the public channels of old clients carried, less the names and tokens.
LEGACY_FIELDS = frozenset(
    {"event_id", "sequence", "subject", "hotel", "booking_id", "status", "room_number", "old_status", "new_status"}
    | {"source", "checked_in_at", "checked_out_at", "updated_at", "timestamp"}
)
_ALWAYS = ("booking_id", "status", "previous_status")


def feed_of(envelope: Envelope) -> str:
    """What `sequence` counts on. A booking has a feed of its own; what payments says of it is numbered apart."""
    return f"payment/{envelope.subject}" if envelope.source == "payments" else envelope.subject


def payload(event: Event, envelope: Envelope, push: Push) -> dict[str, Any]:
    """The fact as anyone on its channels may see it: amounts as text in major units, instants in UTC."""
    data: dict[str, Any] = {
        "event_id": envelope.id,
        "sequence": envelope.sequence,
        "subject": feed_of(envelope),
        "hotel": envelope.hotel,
        "timestamp": envelope.time,
    }
    if isinstance(event, BookingEvent):
        data["updated_at"] = envelope.time
    picked = {name: name for name in (*_ALWAYS, *push.fields) if hasattr(event, name)} | dict(push.renamed)
    for name, source in picked.items():
        value = getattr(event, source)
        if isinstance(value, Money):
            data["currency"] = value.currency
            value = value.text
        data[name] = value
    return data


def with_staff(data: dict[str, Any], event: Event, push: Push) -> dict[str, Any]:
    """The same for channels of staff alone, who see which of them acted."""
    actor: Actor | None = getattr(event, push.by) if push.by else None
    if actor is None or actor.kind is not ActorKind.STAFF or not actor.name:
        return data
    return {**data, "staff_user": actor.name}


def for_legacy(data: dict[str, Any]) -> dict[str, Any]:
    """The same for the public channels of old clients."""
    return {name: value for name, value in data.items() if name in LEGACY_FIELDS}
