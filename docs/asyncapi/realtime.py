"""The realtime channels of the AsyncAPI document, from the notifier's tables, with the schema of every push."""

import dataclasses
import re
import types
import typing
from typing import Any

import msgspec

from contracts.values import Money
from docs.asyncapi.parts import SCHEMAS, Json, operation, references, summary
from services.notifier.channels import GRAMMAR, LEGACY, ChannelKind
from services.notifier.domain.push_rule import PushRule
from services.notifier.domain.pushes import PUSHES
from services.notifier.domain.realtime_events import STATUS_CHANGED, RealtimeEvent

FIELD_DESCRIPTIONS = {
    "event_id": "The event's id: the same for a repetition, and for all names and channels of one event.",
    "sequence": "The event's number in the feed of `subject`. After a gap, fetch the missing events.",
    "subject": "The feed in which `sequence` counts.",
    "hotel": "The hotel's slug.",
    "timestamp": "Time of the event, UTC.",
    "updated_at": "The same as `timestamp`, for clients that read this name.",
    "currency": "The currency of all amounts in the payload.",
    "staff_user": "Display name of the staff member who acted; on staff channels only.",
}
DESCRIPTIONS = {
    ChannelKind.HOTEL: "For the hotel's staff: bookings and rooms.",
    ChannelKind.STAFF: "For the hotel's staff: events that need an action.",
    ChannelKind.BOOKING: "For the booking's guest and the hotel's staff: one booking.",
    ChannelKind.ROOM: "For the hotel's staff: one room.",
    ChannelKind.PUBLIC: "For everyone: no person, no booking.",
}
PARAMETERS = {
    "hotel": "The hotel's slug.",
    "booking_id": "The booking id.",
    "room_number": "The room number.",
}


def channels() -> Json:
    """Each kind of channel with its realtime events."""
    return {
        _channel(kind): {
            "address": address,
            "title": f"{kind} channel",
            "description": DESCRIPTIONS[kind] + _legacy_names(kind),
            "servers": [{"$ref": "#/servers/pusher"}],
            "parameters": {name: {"description": PARAMETERS[name]} for name in re.findall(r"{(\w+)}", address)},
            "messages": references(
                dict.fromkeys(f"realtime.{each.name}" for _, each in _pairs() if kind in each.channels)
            ),
        }
        for kind, address in GRAMMAR.items()
    }


def _legacy_names(kind: ChannelKind) -> str:
    names = ", ".join(f"`{name}`" for name in LEGACY.get(kind, ()))
    return f" With legacy channels switched on also {names}, with fewer fields." if names else ""


def operations() -> Json:
    """The notifier's operation on each kind of channel."""
    return {
        f"notifier.pushes.{kind}": operation(
            "send", _channel(kind), f"The notifier sends realtime events to the {kind} channel."
        )
        for kind in GRAMMAR
    }


def messages() -> Json:
    """Every realtime event."""
    result: Json = {}
    for name in dict.fromkeys(each.name for _, each in _pairs()):
        rules = [rule for rule, each in _pairs() if each.name == name]
        realtime_event = next(each for _, each in _pairs() if each.name == name)
        aliases = ", ".join(f"`{alias}`" for alias in realtime_event.aliases)
        result[f"realtime.{name}"] = {
            "name": name,
            "summary": " ".join(dict.fromkeys(summary(rule.event) for rule in rules))
            if name != STATUS_CHANGED.name
            else "A booking's status changed; sent in addition to the specific realtime event.",
            "description": f"Also sent as {aliases}." if aliases else "Has no alias.",
            "contentType": "application/json",
            "payload": _payload(rules),
        }
    return result


def _pairs() -> list[tuple[PushRule, RealtimeEvent]]:
    pairs = [(rule, each) for rule in PUSHES.values() for each in rule.realtime_events]
    changing = [rule for rule in PUSHES.values() if "previous_status" in fields_of(rule.event)]
    return pairs + [(rule, STATUS_CHANGED) for rule in changing]


def _payload(rules: list[PushRule]) -> Json:
    properties: Json = {
        "event_id": {"type": "string", "format": "uuid"},
        "sequence": {"type": "integer", "minimum": 1},
        "subject": {"type": "string"},
        "hotel": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    }
    required = list(properties)
    for rule in rules:
        fields = fields_of(rule.event)
        if "booking_id" in fields and "status" in fields:
            properties["updated_at"] = {"type": "string", "format": "date-time"}
        sources = {name: name for name in ("booking_id", "status", "previous_status", *rule.fields) if name in fields}
        for name, source in (sources | dict(rule.renamed)).items():
            properties.setdefault(name, _schema(fields[source]))
            if Money in _parts(fields[source]):
                properties["currency"] = {"type": "string"}
        if rule.by:
            properties["staff_user"] = {"type": "string"}
    for name, description in FIELD_DESCRIPTIONS.items():
        if name in properties:
            properties[name] = {**properties[name], "description": description}
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _schema(kind: Any) -> Json:
    """The schema of a field of a push, in which `payloads.payload` writes amounts as text."""
    if Money in _parts(kind):
        return {"type": ["string", "null"] if type(None) in _parts(kind) else "string"}
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=SCHEMAS)
    return dict(schema)


def fields_of(event: type[Any]) -> dict[str, Any]:
    """The types of the event's fields by name."""
    hints = typing.get_type_hints(event)
    types_by_name = {each.name: hints[each.name] for each in dataclasses.fields(event)}
    for name in ("status", "previous_status"):  # properties of some events
        if isinstance(getattr(event, name, None), property):
            types_by_name[name] = typing.get_type_hints(getattr(event, name).fget)["return"]
    return types_by_name


def _parts(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)


def _channel(kind: ChannelKind) -> str:
    return f"realtime.{kind}"
