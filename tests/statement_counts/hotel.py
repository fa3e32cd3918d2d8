"""The hotel of the counted stays: the demo's, in a time zone where it is afternoon now.

So the counts do not depend on the time of day, and no clock has to be moved, which the provider's would not follow.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime

from chassis.codec import typed
from contracts.rooms.hotel_import import HotelDefinition
from contracts.values import Caller, Context, Permission
from tests.conversations.conftest import HOTELS

SLUG = "hotel-counted"
HOUR = 15  # of the afternoon
EASTERNMOST = 12  # hours before UTC
STAFF = Context(
    caller=Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=SLUG, permissions=frozenset(Permission))
)


def zone_of_the_afternoon() -> str:
    """A time zone where it is between 15:00 and 16:00."""
    offset = HOUR - datetime.now(UTC).hour
    offset -= 24 if offset > EASTERNMOST else 0
    return f"Etc/GMT{-offset:+d}"


def _definition() -> HotelDefinition:
    demo = typed(json.loads((HOTELS / "hotel-killarney.json").read_text("utf-8")), HotelDefinition)
    return replace(demo, slug=SLUG, code="CNT", timezone=zone_of_the_afternoon())


HOTEL = _definition()
