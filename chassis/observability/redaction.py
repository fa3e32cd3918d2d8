"""Redaction: only numbers, dates, statuses, money, codes and ids of an event may be logged or shown."""

import re
from collections.abc import Container
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from chassis import codec
from contracts.message import Event
from contracts.values import Actor, Money

_ID = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_CODE_FIELDS = frozenset({
    "hotel", "room_number", "room_type_code", "reason_code",
    "payment_provider", "payment_reference", "occasion", "medium",
})  # fmt: skip


def public_fields(event: Event, *, leave_out: Container[type] = ()) -> dict[str, Any]:
    """The event's fields as plain data, but only those that cannot hold a person's name, address or words.

    Fields whose type is in `leave_out` are left out. An actor is reduced to its kind and account id.
    """
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    public = {name: _public(name, value) for name, value in values.items() if type(value) not in leave_out}
    return {name: value for name, value in public.items() if value not in (None, "")}


def is_id(text: str) -> bool:
    """Whether the text has the form of an id, and so cannot be a name, an address or a sentence."""
    return bool(_ID.fullmatch(text))


def _public(name: str, value: Any) -> Any:
    if isinstance(value, (Enum, bool, int, date, Decimal)):
        return codec.plain(value)
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, Actor):
        return " ".join(filter(None, (value.kind, value.id)))
    holds_id = name.endswith("_id") or name in _CODE_FIELDS
    return value if holds_id and isinstance(value, str) and is_id(value) else None
