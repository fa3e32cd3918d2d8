"""Extensions: a guest in house keeps the room for more nights."""

from dataclasses import replace
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms.events import InventoryExtended
from contracts.rooms.extensions import Extended, ExtendStay
from contracts.values import Price, Stay
from services.rooms.domain import extensions, offers, pricing, stay_changes, stays
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.holds import Hold, HoldPart, change, merged
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.rooms import Room
from services.rooms.steps import action_log, holds
from services.rooms.work import RoomsWork


@action_log.once(Extended)
def extend_stay(command: ExtendStay, work: RoomsWork) -> Extended:
    """Extend the booking's stay in its room, and sell the added nights.

    The added nights have the price of the booked type.
    """
    hotel, hold, stay, room = holds.read_with_own_room(command, work)
    if stay is None or room is None or not stay.moved_in:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to extend")
    added = extensions.added_nights(hold, command.until, today=stays.local_day(work.now, hotel.timezone))
    price = _price(work, hotel, hold, added)
    if command.expected not in (None, price.total):
        raise stay_changes.price_changed()
    others = [period for period in work.periods.on_nights(room, added) if period.booking_id != hold.booking_id]
    if others:
        raise Refusal(
            "EXTENSION_CONFLICT",
            f"Room {room.room_number} is taken on some of the added nights.",
            conflicts=extensions.conflicts(room, others),
            suggested_rooms=_suggestions(work, hotel, room, added, party=command.party),
        )
    work.periods.prolong(stay, room.room_number, until=command.until)
    _sell(command, work, hotel=hotel, hold=hold, room=room, added=added)
    return Extended(room=room_taken(room), price=price)


def _price(work: RoomsWork, hotel: Hotel, hold: Hold, added: Stay) -> Price:
    night_prices = work.offers.night_prices(hotel.slug, hold.room_type_id, added)
    if len(night_prices) != added.nights:
        raise offers.not_on_sale()
    return pricing.price_of(night_prices, currency=hotel.currency, tax_percent=hotel.tax_percent)


def _sell(command: ExtendStay, work: RoomsWork, *, hotel: Hotel, hold: Hold, room: Room, added: Stay) -> None:
    part = HoldPart(room_type_id=room.room_type_id, first_night=added.check_in, until=added.check_out)
    version = work.holds.prolong(hold, until=command.until)
    work.holds.write_parts([replace(hold, parts=merged((*hold.parts, part)))])
    if not work.nights.shift([hotel.slug], [change(part, by=1)]):
        full = work.nights.full(hotel.slug, room.room_type_id, added.check_in, added.check_out)
        raise Refusal(
            "SOLD_OUT",
            f"{room.type_name} is sold out on some of the added nights.",
            conflicts=extensions.full_nights(room, full),
            suggested_rooms=_suggestions(work, hotel, room, added, party=command.party),
        )
    event = InventoryExtended(
        booking_id=hold.booking_id,
        hotel=hold.hotel,
        room_type_code=room.type_code,
        first_night=added.check_in,
        until=added.check_out,
        action_id=command.action_id,
    )
    work.publish(event, sequence=version)


def _suggestions(work: RoomsWork, hotel: Hotel, room: Room, added: Stay, *, party: int) -> list[dict[str, Any]]:
    """At most five other rooms that are free on the added nights from today on."""
    today = stays.local_day(work.now, hotel.timezone)
    nights = extensions.suggestion_nights(added, today=today)
    return extensions.suggestions(
        work.rooms.all(hotel.slug),
        current=room,
        periods=work.periods.in_hotel(hotel.slug, nights),
        full_types=work.nights.full_types(hotel.slug, nights.check_in, nights.check_out),
        today=today,
        strict_room_type=hotel.settings.strict_room_type,
        party=party,
    )
