"""What of an event may stand on anybody's screen: what the contract declares as a number, a moment, a status, an id."""

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from chassis import codec
from chassis.trace import trace_id
from contracts.catalogue import events
from contracts.message import Envelope
from contracts.values import Actor, Money

_ID = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_CODES = frozenset({"hotel", "room_number", "room_type_code", "reason_code", "payment_provider", "payment_reference"})


def attributes(envelope: Envelope) -> dict[str, Any]:
    """The envelope's own attributes."""
    return {
        "time": codec.plain(envelope.time),
        "source": envelope.source,
        "event": name_of(envelope),
        "subject": envelope.subject if _ID.fullmatch(envelope.subject) else "",
        "sequence": envelope.sequence,
        "hotel": envelope.hotel if _ID.fullmatch(envelope.hotel) else "",
        "id": envelope.id,
        "trace_id": trace_id(envelope.traceparent),
    }


def facts(envelope: Envelope) -> dict[str, Any]:
    """Of the event's data, what can be nobody's name, address or word; nothing of an event that is not known."""
    kind = events().get(envelope.type)
    try:
        event = codec.typed(envelope.data, kind) if kind else None
    except ValueError:
        event = None
    if event is None:
        return {}
    told = {field.name: _told(field.name, getattr(event, field.name)) for field in fields(event)}
    return {name: value for name, value in told.items() if value is not None}


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


def _told(name: str, value: Any) -> Any:
    if isinstance(value, (Enum, bool, int, date, Decimal)):
        return codec.plain(value)
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    if isinstance(value, Actor):
        return " ".join(filter(None, (value.kind, value.id)))
    named = name.endswith("_id") or name in _CODES
    return value if named and isinstance(value, str) and _ID.fullmatch(value) else None
