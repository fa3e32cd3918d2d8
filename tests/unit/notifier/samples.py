"""Events and replies with every field filled in by its type; a test overrides the fields it is about."""

import types
import uuid
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union, get_origin, get_type_hints

from chassis import codec
from contracts.bookings.communications import MailFacts
from contracts.bookings.views import BookingDetail
from contracts.message import Envelope, Event
from contracts.values import CancellationPolicy, HotelCard, HotelSettings, Money

T = TypeVar("T")

NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
HOTEL = "hotel-killarney"
BOOKING = "BK-2027-ABC234"
KNOWN: dict[str, Any] = {
    "hotel": HOTEL,
    "booking_id": BOOKING,
    "room_number": "101",
    "previous_room_number": "102",
    "check_in": date(2027, 3, 12),
    "check_out": date(2027, 3, 14),
    "guest_email": "guest@example.org",
    "guest_first_name": "Ada",
}
CARD = HotelCard(
    slug=HOTEL,
    name="Hotel Killarney",
    code="KIL",
    timezone="Europe/Dublin",
    currency="EUR",
    email="desk@killarney.example",
    phone="+353 1 555",
    address="1 Main Street",
)


def sample(kind: type[T], **overrides: Any) -> T:
    """An instance of this class; fields with defaults are filled in too where `KNOWN` has their name."""
    hints = get_type_hints(kind)
    values = dict(overrides)
    for each in fields(kind):  # type: ignore[arg-type]
        if each.name in values:
            continue
        if each.name in KNOWN:
            values[each.name] = KNOWN[each.name]
        elif each.default is MISSING and each.default_factory is MISSING:
            values[each.name] = _value(each.name, hints[each.name])
    return kind(**values)


def envelope_of(event: Event, *, sequence: int = 1, event_id: str | None = None) -> Envelope:
    """The event as delivered."""
    return Envelope(
        id=event_id or str(uuid.uuid4()),
        source=event.owner,
        type=event.wire_name,
        subject=event.subject,
        time=NOW,
        sequence=sequence,
        hotel=getattr(event, "hotel", ""),
        data=codec.plain(event),
        dataschema="",
    )


def mail_facts(*, code: str | None = "code-123", **overrides: Any) -> MailFacts:
    """The reply of bookings to `GetMailFacts`."""
    return MailFacts(booking=sample(BookingDetail, **{"hotel_card": CARD, **overrides}), access_code=code)


def _value(name: str, hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if get_origin(hint) is tuple or hint is tuple:
        return ()
    if hint is CancellationPolicy:
        return CancellationPolicy(kind="FLEXIBLE")
    simple: dict[Any, Any] = {
        str: f"some {name}",
        int: 2,
        bool: False,
        float: 1.0,
        Decimal: Decimal(9),
        datetime: NOW,
        date: NOW.date(),
        Money: Money(15000, "EUR"),
        HotelSettings: HotelSettings(),
    }
    return simple[hint] if hint in simple else sample(hint)
