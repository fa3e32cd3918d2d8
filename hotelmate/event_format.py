"""Formats an event for `hotelmate events`: attributes and redacted fields, as one line or as JSON."""

from typing import Any

from chassis import codec
from chassis.observability import redaction
from chassis.observability.trace import trace_id
from contracts.catalogue import events
from contracts.message import Envelope


def attributes(envelope: Envelope) -> dict[str, Any]:
    """The envelope's attributes. An attribute that could be a person's name or words becomes an empty text."""
    return {
        "time": codec.plain(envelope.time),
        "source": envelope.source,
        "event": event_name(envelope.type),
        "subject": envelope.subject if redaction.is_id(envelope.subject) else "",
        "sequence": envelope.sequence,
        "hotel": envelope.hotel if redaction.is_id(envelope.hotel) else "",
        "id": envelope.id,
        "trace_id": trace_id(envelope.traceparent),
    }


def public_fields(envelope: Envelope) -> dict[str, Any]:
    """The event's fields without personal data. The result is empty for an event of an unknown type or form."""
    event_type = events().get(envelope.type)
    if event_type is None:
        return {}
    try:
        return redaction.public_fields(codec.typed(envelope.data, event_type))
    except ValueError:
        return {}


def as_line(envelope: Envelope) -> str:
    """The event as one line of text."""
    values = attributes(envelope)
    shown_already = {values["subject"], values["hotel"], values["time"]}
    fields = " ".join(
        f"{name}={value}" for name, value in public_fields(envelope).items() if value not in shown_already
    )
    time, number = f"{envelope.time:%H:%M:%S.%f}"[:-3], f"{values['subject']} #{values['sequence']}"
    return "  ".join(filter(None, (time, f"{values['source']} {values['event']}", number, values["hotel"], fields)))


def booking_id_of(envelope: Envelope) -> str:
    """The id of the event's booking; an empty text for an event without a booking."""
    return str(envelope.data.get("booking_id") or "")


def event_name(wire_name: str) -> str:
    """The event's short name: `BookingHeld` for `bookings.BookingHeld.v1`."""
    return next(iter(wire_name.split(".")[1:2]), "")
