"""Changes of a booked stay: previewed, and carried out."""

from datetime import date

from contracts.rooms.events import InventoryChanged
from contracts.rooms.stay_changes import (
    ChangedStay,
    ChangeOffer,
    ChangeStay,
    PreviewStayChange,
    RoomAfterChange,
    StayChangedReply,
)
from contracts.values import Stay
from services.rooms.domain import offers, pricing, stay_changes, stays
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import nothing_held
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.offers import StayRequest
from services.rooms.domain.stay_changes import InventoryChange
from services.rooms.steps import action_log, hotel_access
from services.rooms.steps.offers import offer_for
from services.rooms.work import RoomsWork


def preview_stay_change(query: PreviewStayChange, work: RoomsWork) -> ChangeOffer:
    """Calculate the change. The result can differ from a later change: nothing is held."""
    hotel_access.check_own(work.caller, query.hotel)
    held = work.held_rooms.seen_with_own_room(query.hotel, query.booking_id)
    return _decided(query.stay, work, _checked(held, draft=query.stay.draft))[0]


@action_log.once(StayChangedReply)
def change_stay(command: ChangeStay, work: RoomsWork) -> StayChangedReply:
    """Sell the added nights and free the removed ones. The room is kept or freed as the offer says."""
    hotel_access.check_own(work.caller, command.hotel)
    held = _checked(work.held_rooms.with_own_room(command.hotel, command.booking_id), draft=command.stay.draft)
    offer, room_type, change = _decided(command.stay, work, held)
    if offer.sold_out:
        raise stay_changes.sold_out(room_type, offer.sold_out)
    if (offer.price.total, offer.room) != (command.total, command.room):
        raise stay_changes.price_changed()
    if change is None:
        return StayChangedReply(offer=offer)
    if held.stay and held.stay.moved_in and offer.room is not RoomAfterChange.KEPT:
        raise stay_changes.room_taken_meanwhile()
    _carry_out(command, work, held, room_type, change)
    room = held.room if change.room is RoomAfterChange.KEPT else None
    return StayChangedReply(offer=offer, room=room_taken(room) if room else None)


def _checked(held: HeldRoom | None, *, draft: bool) -> HeldRoom:
    if held is None:
        raise hotel_access.no_hotel()
    if not draft and (held.hold is None or not held.hold.live):
        raise nothing_held()
    return held


def _decided(
    changed: ChangedStay, work: RoomsWork, held: HeldRoom
) -> tuple[ChangeOffer, RoomType, InventoryChange | None]:
    """The offer, the booked type afterwards, and the change of the inventory; no change for a draft."""
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
    on_sale = work.nights.on_sale(hotel.slug, types, stay)
    promotion = offered.promotion if changed.promo_code else None
    if promotion is None and changed.promotion and not changed.promo_code:
        promotion = pricing.promotion_of(changed.promotion)
    price, ended = stay_changes.price(changed, room_type, on_sale, hotel, promotion=promotion)
    if hold is None or changed.draft:
        return stay_changes.offer(room_type, price, None, discount_ended=ended), room_type, None
    others = work.periods.on_nights(room, stay_changes.nights_in_room(held.stay, stay)) if room else []
    change = stay_changes.inventory(
        hold,
        stay,
        room_type,
        on_sale,
        room=room,
        room_is_free=all(period.booking_id == hold.booking_id for period in others),
        today=today,
    )
    added = stay_changes.added_nights_price(hold, stay, room_type, on_sale, hotel) if in_house else None
    return stay_changes.offer(room_type, price, change, discount_ended=ended, added=added), room_type, change


def _carry_out(
    command: ChangeStay, work: RoomsWork, held: HeldRoom, room_type: RoomType, change: InventoryChange
) -> None:
    hold, stay, nights = held.hold, held.stay, Stay(command.stay.check_in, command.stay.check_out)
    if hold is None:
        raise nothing_held()
    if stay and held.room and change.room is RoomAfterChange.KEPT:
        in_room = stay_changes.nights_in_room(stay, nights)
        work.periods.shift(stay, held.room.room_number, nights=in_room)
    elif stay:
        work.periods.end(stay, until=stay.nights.check_in, now=work.now)
    version = work.holds.change(hold, room_type_id=room_type.id, stay=nights, parts=change.parts)
    if change.changes and not work.nights.shift([command.hotel], change.changes):
        raise stay_changes.sold_out(room_type, _full_now(work, command.hotel, change))
    event = InventoryChanged(
        booking_id=hold.booking_id,
        hotel=hold.hotel,
        room_type_code=room_type.code,
        check_in=nights.check_in,
        check_out=nights.check_out,
        action_id=command.action_id,
    )
    work.publish(event, sequence=version)


def _full_now(work: RoomsWork, hotel: str, change: InventoryChange) -> list[date]:
    sold = [each for each in change.changes if each.by > 0]
    return [
        night for each in sold for night in work.nights.full(hotel, each.room_type_id, each.first_night, each.until)
    ]
