"""Loads the hotel's offer for a requested stay, and sells the offered nights as a hold."""

from contracts.rooms.events import InventoryHeld
from contracts.rooms.holds import Held
from contracts.values import Stay
from services.rooms.domain import holds, stays
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.offers import Offer, StayRequest
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def offer_for(work: RoomsWork, hotel: str, room_type: str, request: StayRequest, *, booking_id: str = "") -> Offer:
    """The hotel's offer for a room type, given by code or name. Refused `VALIDATION_ERROR`, `HOTEL_NOT_FOUND`."""
    stays.check_length(request.stay)
    offer = work.offers.offer(hotel, room_type, request, booking_id=booking_id)
    if offer is None:
        raise hotel_access.no_hotel()
    return offer


def take_hold(
    work: RoomsWork, *, booking_id: str, hotel: str, room_type: RoomType, stay: Stay, held: Held
) -> int | None:
    """Insert the booking's hold; returns the hold's version, None where the booking has a live hold.

    The nights are not sold before `sell`.
    """
    return work.holds.take(
        booking_id=booking_id, hotel=hotel, room_type_id=room_type.id, stay=stay, answer=held, now=work.now
    )


def sell(work: RoomsWork, *, booking_id: str, hotel: str, room_type: RoomType, stay: Stay, version: int) -> None:
    """Sell the nights of a new hold, and publish the hold. Refused `SOLD_OUT`.

    The night counters are the last lock of the transaction.
    """
    if not work.nights.shift([holds.change(holds.whole_stay(room_type.id, stay), by=1)]):
        raise holds.sold_out(room_type.name)
    event = InventoryHeld(
        booking_id=booking_id,
        hotel=hotel,
        room_type_code=room_type.code,
        check_in=stay.check_in,
        check_out=stay.check_out,
        held_at=work.now,
    )
    work.publish(event, sequence=version)
