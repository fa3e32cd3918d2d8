"""Loads the hotel's offer for a requested stay, and sells the offered nights as a hold."""

from contracts.rooms.events import InventoryHeld
from contracts.rooms.holds import Held, HoldInventory
from contracts.rooms.walk_ins import ReceiveWalkIn
from contracts.values import Stay
from services.rooms.domain import holds, stays
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.mapping import mapped
from services.rooms.domain.offers import Offer, StayRequest
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork

Sale = HoldInventory | ReceiveWalkIn
FIRST_VERSION = 1


def offer_for(work: RoomsWork, hotel: str, room_type: str, request: StayRequest, *, booking_id: str = "") -> Offer:
    """The hotel's offer for a room type, given by code or name. Refused `VALIDATION_ERROR`, `HOTEL_NOT_FOUND`."""
    stays.check_length(request.stay)
    offer = work.offers.offer(hotel, room_type, request, booking_id=booking_id)
    if offer is None:
        raise hotel_access.no_hotel()
    return offer


def take_hold(command: Sale, work: RoomsWork, *, room_type: RoomType, held: Held) -> int | None:
    """Insert the booking's hold; returns the hold's version, None where the booking has a live hold.

    No night is sold yet: `sell` sells the nights.
    """
    return work.holds.take(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_id=room_type.id,
        stay=Stay(command.check_in, command.check_out),
        answer=held,
        now=work.now,
    )


def sell_at_once(command: HoldInventory, work: RoomsWork, *, room_type: RoomType, held: Held) -> None:
    """Take the booking's first hold, sell its nights and publish the hold, by one statement at the commit.

    What the statement finds is raised after the transaction, by `RoomsWork.checked_sale`.
    """
    work.sales.sell(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_id=room_type.id,
        stay=Stay(command.check_in, command.check_out),
        answer=held,
        now=work.now,
    )
    work.publish(_inventory_held(command, work, room_type), sequence=FIRST_VERSION)


def sell(command: Sale, work: RoomsWork, *, room_type: RoomType, version: int) -> None:
    """Sell the nights of the booking's new hold, and publish the hold with its `version`. Refused `SOLD_OUT`.

    The night counters are the last lock of the transaction.
    """
    nights = holds.whole_stay(room_type.id, Stay(command.check_in, command.check_out))
    if not work.nights.shift([command.hotel], [holds.change(nights, by=1)]):
        raise holds.sold_out(room_type.name)
    work.publish(_inventory_held(command, work, room_type), sequence=version)


def _inventory_held(command: Sale, work: RoomsWork, room_type: RoomType) -> InventoryHeld:
    return mapped(InventoryHeld, command, room_type_code=room_type.code, held_at=work.now)
