"""The realtime channels of the AsyncAPI document: the notifier's tables, and the schema of every push."""

import dataclasses
import re
import types
import typing
from typing import Any

import msgspec

from contracts.values import Money
from docs.asyncapi.parts import SCHEMAS, Json, operation, references, summary
from services.notifier.channels import GRAMMAR, LEGACY, Kind
from services.notifier.notices.pushes import PUSHES, STATUS_CHANGED, Push, Shown

PAYLOAD_MEANING = {
    "event_id": "The fact's own id: the same for a redelivery, and for all the names and channels of one fact.",
    "sequence": "The number in the feed that `subject` names. A gap means: fetch what is missing.",
    "subject": "The feed that `sequence` counts on.",
    "hotel": "The hotel's slug.",
    "timestamp": "When it happened, UTC.",
    "updated_at": "When it happened, UTC; for clients that look for this name.",
    "currency": "Of every amount beside it.",
    "staff_user": "Display name of the member of staff who acted; on channels of staff alone.",
}
AUDIENCE = {
    Kind.HOTEL: "The hotel's staff: bookings and rooms.",
    Kind.STAFF: "The hotel's staff: what somebody must act on.",
    Kind.BOOKING: "The booking's guest, and its hotel's staff.",
    Kind.ROOM: "The hotel's staff: one room.",
    Kind.PUBLIC: "Anyone: never a person, never a booking.",
}
PARAMETER = {
    "hotel": "The hotel's slug.",
    "booking_id": "The booking.",
    "room_number": "The room's number in the hotel.",
}


def channels() -> Json:
    """Each kind of channel, with all that it carries."""
    return {
        _channel(kind): {
            "address": address,
            "title": f"{kind} channel",
            "description": AUDIENCE[kind] + _also_called(kind),
            "servers": [{"$ref": "#/servers/pusher"}],
            "parameters": {name: {"description": PARAMETER[name]} for name in re.findall(r"{(\w+)}", address)},
            "messages": references(
                dict.fromkeys(f"realtime.{shown.name}" for _, shown in _shown() if kind in shown.on)
            ),
        }
        for kind, address in GRAMMAR.items()
    }


def _also_called(kind: Kind) -> str:
    names = ", ".join(f"`{name}`" for name in LEGACY.get(kind, ()))
    return f" Where old clients are served, also {names}, with fewer fields." if names else ""


def operations() -> Json:
    """What the notifier emits where."""
    return {
        f"notifier.pushes.{kind}": operation("send", _channel(kind), f"The notifier emits on the {kind} channel.")
        for kind in GRAMMAR
    }


def messages() -> Json:
    """Every realtime event."""
    made: Json = {}
    for name in dict.fromkeys(shown.name for _, shown in _shown()):
        pairs = [(push, shown) for push, shown in _shown() if shown.name == name]
        shown = pairs[0][1]
        also = ", ".join(f"`{alias}`" for alias in shown.aliases)
        made[f"realtime.{name}"] = {
            "name": name,
            "summary": " ".join(dict.fromkeys(summary(push.fact) for push, _ in pairs))
            if name != STATUS_CHANGED.name
            else "Any change of a booking's status, besides the event of its own.",
            "description": f"Also sent as {also}." if also else "Has no other name.",
            "contentType": "application/json",
            "payload": _payload([push for push, _ in pairs]),
        }
    return made


def _shown() -> list[tuple[Push, Shown]]:
    pairs = [(push, shown) for push in PUSHES.values() for shown in push.shown]
    changing = [push for push in PUSHES.values() if "previous_status" in fields_of(push.fact)]
    return pairs + [(push, STATUS_CHANGED) for push in changing]


def _payload(pushes: list[Push]) -> Json:
    properties: Json = {
        "event_id": {"type": "string", "format": "uuid"},
        "sequence": {"type": "integer", "minimum": 1},
        "subject": {"type": "string"},
        "hotel": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    }
    required = list(properties)
    for push in pushes:
        fields = fields_of(push.fact)
        if "booking_id" in fields and "status" in fields:
            properties["updated_at"] = {"type": "string", "format": "date-time"}
        picked = {name: name for name in ("booking_id", "status", "previous_status", *push.fields) if name in fields}
        for name, source in (picked | dict(push.renamed)).items():
            properties.setdefault(name, _shown_type(fields[source]))
            if Money in _parts(fields[source]):
                properties["currency"] = {"type": "string"}
        if push.by:
            properties["staff_user"] = {"type": "string"}
    for name, words in PAYLOAD_MEANING.items():
        if name in properties:
            properties[name] = {**properties[name], "description": words}
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _shown_type(kind: Any) -> Json:
    """As `payloads.payload` writes it: amounts as text."""
    if Money in _parts(kind):
        return {"type": ["string", "null"] if type(None) in _parts(kind) else "string"}
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=SCHEMAS)
    return dict(schema)


def fields_of(fact: type[Any]) -> dict[str, Any]:
    """What the fact carries, by name: its type."""
    hints = typing.get_type_hints(fact)
    named = {each.name: hints[each.name] for each in dataclasses.fields(fact)}
    for name in ("status", "previous_status"):  # some facts derive them
        if isinstance(getattr(fact, name, None), property):
            named[name] = typing.get_type_hints(getattr(fact, name).fget)["return"]
    return named


def _parts(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)


def _channel(kind: Kind) -> str:
    return f"realtime.{kind}"
