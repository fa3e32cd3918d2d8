"""An event as it passes, without what it may say of people."""

from typing import Any

from chassis import codec
from chassis.observability import redaction
from chassis.observability.trace import trace_id
from contracts.catalogue import events
from contracts.message import Envelope


def attributes(envelope: Envelope) -> dict[str, Any]:
    """The envelope's own attributes."""
    return {
        "time": codec.plain(envelope.time),
        "source": envelope.source,
        "event": name_of(envelope),
        "subject": envelope.subject if redaction.is_id(envelope.subject) else "",
        "sequence": envelope.sequence,
        "hotel": envelope.hotel if redaction.is_id(envelope.hotel) else "",
        "id": envelope.id,
        "trace_id": trace_id(envelope.traceparent),
    }


def facts(envelope: Envelope) -> dict[str, Any]:
    """What may be shown of the event's data; nothing of an event that is not known or not whole."""
    kind = events().get(envelope.type)
    if kind is None:
        return {}
    try:
        return redaction.public_fields(codec.typed(envelope.data, kind))
    except ValueError:
        return {}


def line(envelope: Envelope) -> str:
    """The event in a line for people."""
    about = attributes(envelope)
    known = {about["subject"], about["hotel"], about["time"]}
    told = " ".join(f"{name}={value}" for name, value in facts(envelope).items() if value not in known)
    moment, number = f"{envelope.time:%H:%M:%S.%f}"[:-3], f"{about['subject']} #{about['sequence']}"
    return "  ".join(filter(None, (moment, f"{about['source']} {about['event']}", number, about["hotel"], told)))


def booking_of(envelope: Envelope) -> str:
    """The id of the booking that the event is about; empty where it is about none."""
    return str(envelope.data.get("booking_id") or "")


def name_of(envelope: Envelope) -> str:
    """`BookingHeld` of `bookings.BookingHeld.v1`."""
    return next(iter(envelope.type.split(".")[1:2]), "")
