"""What of an event may stand in a log or on anybody's screen: numbers, moments, statuses, money and ids."""

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
_CODES = frozenset({
    "hotel", "room_number", "room_type_code", "reason_code",
    "payment_provider", "payment_reference", "occasion", "medium",
})  # fmt: skip


def facts(event: Event, *, but: Container[type] = ()) -> dict[str, Any]:
    """Of what the contract declares, that which can be nobody's name, address or word; not what is of a type in `but`.

    Of who did something that is the kind and the account's id.
    """
    told = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if value not in (None, "") and type(value) not in but:
            told[field.name] = _told(field.name, value)
    return {name: value for name, value in told.items() if value is not None}


def is_id(text: str) -> bool:
    """Whether this can be the id of something, and no name, address or sentence."""
    return bool(_ID.fullmatch(text))


def _told(name: str, value: Any) -> Any:
    if isinstance(value, (Enum, bool, int, date, Decimal)):
        return codec.plain(value)
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    if isinstance(value, Actor):
        return " ".join(filter(None, (value.kind, value.id)))
    named = name.endswith("_id") or name in _CODES
    return value if named and isinstance(value, str) and is_id(value) else None
