"""Calculates the change of a booked stay: by its preview, by the change, and by a change that waits."""

from datetime import date

from contracts.rooms.stay_changes import ChangedStay, ChangeOffer, ChangeStay
from contracts.rooms.waiting_changes import HoldStayChange
from contracts.values import Stay
from services.rooms.domain import offers, pricing, stay_changes, stays
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Hold, NightChange, nothing_held
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.offers import StayRequest
from services.rooms.domain.stay_changes import InventoryChange
from services.rooms.steps import hotel_access
from services.rooms.steps.offers import offer_for
from services.rooms.work import RoomsWork

Decided = tuple[ChangeOffer, RoomType, InventoryChange | None]


def checked(held: HeldRoom | None, *, draft: bool) -> HeldRoom:
    """What the booking has. Refused `NOTHING_HELD` without a live hold, unless the booking is a draft."""
    if held is None:
        raise hotel_access.no_hotel()
    if not draft and (held.hold is None or not held.hold.live):
        raise nothing_held()
    return held


def decided(changed: ChangedStay, work: RoomsWork, held: HeldRoom, waiting: Hold | None) -> Decided:
    """The offer, the booked type afterwards, and the change of the inventory; no change for a draft.

    The nights that the booking's change holds while it waits (`waiting`) are not in the way.
    """
    hotel, hold, room = held.hotel, held.hold, held.room
    stay = Stay(changed.check_in, changed.check_out)
    request = StayRequest(stay=stay, adults=changed.party, children=0, promo_code=changed.promo_code, quote_id=None)
    offered = offer_for(work, hotel.slug, changed.room_type, request)
    room_type = offers.type_of(offered)
    today = stays.local_day(work.now, hotel.timezone)
    in_house = held.stay is not None and held.stay.moved_in
    before = hold.stay if hold and not changed.draft else None
    stay_changes.check(changed, before, room_type, today=today, in_house=in_house)
    if hold and in_house:
        stay_changes.check_in_house(stay, hold, room_type)
    types = {room_type.id, *({room.room_type_id} if room else ())}
    on_sale = work.nights.on_sale(hotel.slug, types, stay).with_given_back(waiting.parts if waiting else ())
    promotion = offered.promotion if changed.promo_code else None
    if promotion is None and changed.promotion and not changed.promo_code:
        promotion = pricing.promotion_of(changed.promotion)
    price, ended = stay_changes.price(changed, room_type, on_sale, hotel, promotion=promotion)
    if hold is None or changed.draft:
        return stay_changes.offer(room_type, price, None, discount_ended=ended), room_type, None
    others = work.periods.on_nights(room, stay_changes.nights_in_room(held.stay, stay)) if room else []
    mine = (hold.booking_id, waiting.booking_id if waiting else None)
    change = stay_changes.inventory(
        hold,
        stay,
        room_type,
        on_sale,
        room=room,
        room_is_free=all(period.booking_id and period.booking_id in mine for period in others),
        today=today,
    )
    added = stay_changes.added_nights_price(hold, stay, room_type, on_sale, hotel) if in_house else None
    return stay_changes.offer(room_type, price, change, discount_ended=ended, added=added), room_type, change


def require_expected(command: ChangeStay | HoldStayChange, offer: ChangeOffer, room_type: RoomType) -> None:
    """Refused `SOLD_OUT` with the nights, and `PRICE_CHANGED` where the total or the room is not the expected one."""
    if offer.sold_out:
        raise stay_changes.sold_out(room_type, offer.sold_out)
    if (offer.price.total, offer.room) != (command.total, command.room):
        raise stay_changes.price_changed()


def shift(work: RoomsWork, hold: Hold, room_type: RoomType, changes: tuple[NightChange, ...]) -> None:
    """Change the counters, all or nothing. Refused `SOLD_OUT` with the nights."""
    if changes and not work.nights.shift([hold.hotel], changes):
        raise stay_changes.sold_out(room_type, _full_now(work, hold.hotel, changes))


def _full_now(work: RoomsWork, hotel: str, changes: tuple[NightChange, ...]) -> list[date]:
    sold = [each for each in changes if each.by > 0]
    return [
        night for each in sold for night in work.nights.full(hotel, each.room_type_id, each.first_night, each.until)
    ]
