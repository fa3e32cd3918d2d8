"""A guest in house keeps the room for more nights."""

from datetime import date
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms import Extended, ExtendStay, InventoryExtended
from contracts.values import Stay
from services.rooms.domain import extending, inventory, pricing, stays
from services.rooms.domain.assigning import Room
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.inventory import Part
from services.rooms.handlers.assigning import answered, finished, held_by, taken
from services.rooms.work import RoomsWork


def extend_stay(command: ExtendStay, work: RoomsWork) -> Extended:
    """The room and a night of its type are the booking's for the added nights; priced as the booked type."""
    done = answered(command, work, Extended)
    if done:
        return done
    hotel, hold = held_by(command, work)
    stay = work.periods.of_bookings([hold.booking_id]).get(hold.booking_id)
    if stay is None or not stay.moved_in:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to extend")
    room = work.rooms.lock([stay.room_id])[stay.room_id]
    today = stays.local_day(work.now, hotel.timezone)
    added = extending.added_nights(hold, command.until, today=today)
    prices = work.offers.night_prices(hold.room_type_id, added)
    if len(prices) != added.nights:
        raise Refusal("BEYOND_HORIZON", "Some of these nights are not on sale yet.")
    others = [one for one in work.periods.on_nights(room.id, added) if one.booking_id != hold.booking_id]
    if others:
        text = f"Room {room.room_number} is taken on some of the added nights."
        raise _refused(
            "EXTENSION_CONFLICT", text, extending.conflicts(room, others), _elsewhere(work, hotel, room, added)
        )
    work.periods.prolong(stay, room.room_number, until=command.until)
    more = Part(room_type_id=room.room_type_id, first_night=added.check_in, until=added.check_out)
    version = work.holds.prolong(hold.booking_id, until=command.until)
    work.holds.put({hold.booking_id: inventory.joined((*hold.parts, more))})
    if not work.nights.shift([inventory.change(more, by=1)]):
        full = extending.full_nights(room, work.nights.full(room.room_type_id, added.check_in, added.check_out))
        text = f"{room.type_name} is sold out on some of the added nights."
        raise _refused("SOLD_OUT", text, full, _elsewhere(work, hotel, room, added))
    work.publish(
        InventoryExtended(
            booking_id=hold.booking_id,
            hotel=hold.hotel,
            room_type_code=room.type_code,
            first_night=added.check_in,
            until=added.check_out,
            action_id=command.action_id,
        ),
        sequence=version,
    )
    price = pricing.price_of(prices, currency=hotel.currency, tax_percent=hotel.tax_percent)
    return finished(command, work, Extended(room=taken(room), price=price))


def _elsewhere(work: RoomsWork, hotel: Hotel, room: Room, added: Stay) -> list[dict[str, Any]]:
    """The rooms that are free from now on for as long as the guest would stay."""
    today = stays.local_day(work.now, hotel.timezone)
    nights = Stay(min(max(today, added.check_in), _eve(added)), added.check_out)
    return extending.suggestions(
        work.rooms.all(hotel.slug),
        now_in=room,
        taken=work.periods.in_hotel(hotel.slug, nights),
        full_types=work.nights.full_types(hotel.slug, nights.check_in, nights.check_out),
        strict=hotel.settings.strict_room_type,
    )


def _eve(added: Stay) -> date:
    return max(added)


def _refused(code: str, text: str, conflicts: list[dict[str, Any]], rooms: list[dict[str, Any]]) -> Refusal:
    return Refusal(code, text, conflicts=conflicts, suggested_rooms=rooms)
