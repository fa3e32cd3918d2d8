"""Changes of a booked stay, and the room that a booking has."""

from typing import Any

from chassis.refusal import Refusal
from contracts.rooms.holds import Held
from contracts.rooms.stay_changes import (
    AgreedNight,
    ChangedStay,
    ChangeOffer,
    ChangeStay,
    PreviewStayChange,
    RoomAfterChange,
)
from contracts.values import Money, Stay
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day


def changed_to(
    first: int, until: int, *, room_type: str = "DBL", agreed: Held | None = None, **more: Any
) -> ChangedStay:
    """The stay from day `first` to day `until`; the nights of `agreed`, which begin today, keep their prices."""
    nights = () if agreed is None else tuple(
        AgreedNight(night=day(number), price=price) for number, price in enumerate(agreed.price.nights)
    )  # fmt: skip
    stay = {"check_in": day(first), "check_out": day(until), "room_type": room_type, "party": 2}
    return ChangedStay(**(stay | {"agreed": nights} | more))


def changing(
    service: RoomsUnderTest, stay: ChangedStay, *, action_id: str = "change-1", booking_id: str = "BK-A"
) -> ChangeStay:
    """The change to the stay as its preview says now; where no preview is possible, with any expectation."""
    try:
        offer = previewed(service, stay, booking_id=booking_id)
    except Refusal:
        total, room = Money(0, "EUR"), RoomAfterChange.NONE
    else:
        total, room = offer.price.total, offer.room
    return ChangeStay(
        action_id=action_id, booking_id=booking_id, hotel=service.hotel, stay=stay, total=total, room=room
    )


def previewed(service: RoomsUnderTest, stay: ChangedStay, *, booking_id: str = "BK-A") -> ChangeOffer:
    return service.ask(PreviewStayChange(hotel=service.hotel, booking_id=booking_id, stay=stay))


def period(service: RoomsUnderTest, booking_id: str = "BK-A") -> Any:
    rows = service.rows(
        "SELECT r.room_number, lower(p.nights) AS first, upper(p.nights) AS until FROM period p "
        "JOIN room r ON r.hotel = p.hotel AND r.id = p.room_id WHERE p.live AND p.booking_id = :id",
        id=booking_id,
    )
    return (rows[0].room_number, Stay(rows[0].first, rows[0].until)) if rows else None
