"""The hotels of the simulation: few rooms, so that guests and staff compete for them."""

from __future__ import annotations

from dataclasses import replace

from contracts.rooms.hotel_import import HotelDefinition, RoomTypeDefinition
from contracts.values import CancellationPolicy, HotelSettings

SMALL, INSTANT = "sim-small", "sim-instant"
HOTELS = (SMALL, INSTANT)


def definition(slug: str) -> HotelDefinition:
    """A hotel with three rooms of two types; `INSTANT` confirms without approval and refunds nothing."""
    return HotelDefinition(
        slug=slug,
        name=slug.title(),
        code=slug[-3:].upper(),
        timezone="Europe/Dublin",
        currency="EUR",
        room_types=(
            RoomTypeDefinition(code="DBL", name="Double", max_occupancy=2, base_price="137.61", rooms=("1", "2")),
            RoomTypeDefinition(code="SGL", name="Single", max_occupancy=1, base_price="80.00", rooms=("3",)),
        ),
        settings=replace(HotelSettings(), approval_required=slug != INSTANT),
        policy=CancellationPolicy(kind="NON_REFUNDABLE" if slug == INSTANT else "FLEXIBLE"),
    )
