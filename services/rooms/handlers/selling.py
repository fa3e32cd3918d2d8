"""What is left, what it costs, and taking it."""

from datetime import timedelta
from uuid import uuid4

from chassis.refusal import Refusal
from contracts.rooms import (
    Availability,
    CheckAvailability,
    GiveQuote,
    Held,
    HoldInventory,
    InventoryHeld,
    Quote,
    TypeAvailability,
)
from contracts.values import Stay
from services.rooms.domain import inventory, offers, policies, stays
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.offers import KeptQuote, Terms, Wish
from services.rooms.handlers.hotels import no_hotel
from services.rooms.store.availability import TypeLeft
from services.rooms.work import RoomsWork

QUOTE_KEPT = timedelta(minutes=30)


def check_availability(query: CheckAvailability, work: RoomsWork) -> Availability:
    """What the hotel has left, by room type."""
    stay = Stay(query.check_in, query.check_out)
    stays.check_length(stay)
    stays.check_party(query.adults, query.children)
    left = work.availability.left(query.hotel, stay)
    if left is None:
        raise no_hotel()
    stays.check_dates(stay, today=stays.local_day(work.now, left.timezone))
    guests = query.adults + query.children
    types = tuple(_shown(one, stay, guests=guests, currency=left.currency) for one in left.types)
    return Availability(
        hotel=query.hotel, check_in=stay.check_in, check_out=stay.check_out, nights=stay.nights, room_types=types
    )


def give_quote(command: GiveQuote, work: RoomsWork) -> Quote:
    """Price a stay and keep the price for half an hour."""
    wish = Wish(
        stay=Stay(command.check_in, command.check_out),
        adults=command.adults,
        children=command.children,
        promo_code=command.promo_code,
    )
    terms = _terms(work, command.hotel, command.room_type, wish)
    room_type = offers.check(wish, terms, now=work.now)
    price = offers.price(wish, terms, room_type=room_type, now=work.now)
    kept = KeptQuote(
        quote_id=f"Q-{uuid4().hex}",
        room_type_id=room_type.id,
        stay=wish.stay,
        price=price,
        valid_until=work.now + QUOTE_KEPT,
        kept_for=None,
    )
    work.offers.add(kept, hotel=command.hotel)
    return Quote(
        quote_id=kept.quote_id,
        hotel=command.hotel,
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        check_in=wish.stay.check_in,
        check_out=wish.stay.check_out,
        nights=wish.stay.nights,
        dates=tuple(wish.stay),
        price=price,
        currency=terms.hotel.currency,
        policy_text=policies.in_words(terms.policy, terms.hotel.currency).text,
        valid_until=kept.valid_until,
    )


def hold_inventory(command: HoldInventory, work: RoomsWork) -> Held:
    """Sell the nights to the booking, or (for a draft) only price them."""
    wish = Wish(
        stay=Stay(command.check_in, command.check_out),
        adults=command.adults,
        children=command.children,
        promo_code=command.promo_code,
        quote_id=command.quote_id,
    )
    terms = _terms(work, command.hotel, command.room_type, wish, booking_id=command.booking_id)
    if terms.already_held:
        return _as_before(command, terms, work)
    room_type = offers.check(wish, terms, now=work.now)
    price = offers.price(wish, terms, room_type=room_type, now=work.now, booking_id=command.booking_id)
    answer = offers.held(terms, room_type=room_type, price=price)
    if command.price_only:
        if wish.quote_id:
            work.offers.keep(wish.quote_id, booking_id=command.booking_id)
        return answer
    return _take(command, work, terms=terms, room_type=room_type, answer=answer)


def _take(command: HoldInventory, work: RoomsWork, *, terms: Terms, room_type: RoomType, answer: Held) -> Held:
    if terms.sold_out:
        raise _sold_out(room_type)
    stay = Stay(command.check_in, command.check_out)
    version = work.holds.take(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_id=room_type.id,
        stay=stay,
        answer=answer,
        now=work.now,
    )
    if version is None:
        return _as_before(command, terms, work)
    if not work.nights.shift([inventory.change(inventory.whole(room_type.id, stay), by=1)]):
        raise _sold_out(room_type)
    event = InventoryHeld(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_code=room_type.code,
        check_in=stay.check_in,
        check_out=stay.check_out,
        held_at=work.now,
    )
    work.publish(event, sequence=version)
    return answer


def _as_before(command: HoldInventory, terms: Terms, work: RoomsWork) -> Held:
    hotel, stay, room_type_id, answer = work.holds.answer(command.booking_id)
    asked = (command.hotel, Stay(command.check_in, command.check_out), offers.type_of(terms).id)
    if asked != (hotel, stay, room_type_id):
        raise Refusal("HOLD_DIFFERS", "The booking already holds something else.")
    return answer


def _terms(work: RoomsWork, hotel: str, room_type: str, wish: Wish, *, booking_id: str = "") -> Terms:
    stays.check_length(wish.stay)
    terms = work.offers.terms(hotel, room_type, wish, booking_id=booking_id)
    if terms is None:
        raise no_hotel()
    return terms


def _sold_out(room_type: RoomType) -> Refusal:
    return Refusal("SOLD_OUT", f"{room_type.name} is sold out on some of these nights.")


def _shown(left: TypeLeft, stay: Stay, *, guests: int, currency: str) -> TypeAvailability:
    units = max(0, left.units) if left.nights == stay.nights else 0
    return TypeAvailability(
        room_type_code=left.code,
        room_type_name=left.name,
        available_units=units,
        is_available=units > 0,
        can_accommodate=guests <= left.max_occupancy,
        max_occupancy=left.max_occupancy,
        price_from=offers.price_from(left.price_from, currency),
        currency=currency,
    )
