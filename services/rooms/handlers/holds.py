"""Sells nights of a room type to a booking, and releases the nights of a booking."""

from datetime import datetime

from chassis.transactions.conversation import Conversation
from contracts.message import Nothing
from contracts.rooms.holds import Held, HoldInventory, ReleaseInventory
from contracts.values import Stay
from services.rooms.domain import holds, offers, stays
from services.rooms.domain.holds import HoldExists, NightsFull, Release
from services.rooms.domain.offers import Offer, StayRequest
from services.rooms.steps import releases
from services.rooms.steps.offers import offer_for, sell, sell_at_once, take_hold
from services.rooms.work import RoomsWork


def hold_inventory(command: HoldInventory, conversation: Conversation[RoomsWork]) -> Held:
    """Sell the nights to the booking. With `price_only`, only calculate the price: no night is sold.

    The offer is read without a transaction: where nothing is left, no row is locked. Then one statement sells.
    """
    request = StayRequest.of(command)
    with conversation.at_once() as work:
        offer = offer_for(work, command.hotel, command.room_type, request, booking_id=command.booking_id)
        if offer.already_held:
            return _stored_answer(command, offer, work)
        held = _terms(command, request, offer, now=work.now)
        if command.price_only:
            if request.quote_id:
                work.offers.keep_quote(command.hotel, request.quote_id, booking_id=command.booking_id)
            return held
    if offer.sold_out:
        raise holds.sold_out(held.room_type_name)
    try:
        with RoomsWork.checked_sale(), conversation.transaction() as work:
            sell_at_once(command, work, room_type=offers.type_of(offer), held=held)
    except NightsFull:
        raise holds.sold_out(held.room_type_name) from None
    except HoldExists:
        with conversation.transaction() as work:
            return _hold_again(command, work, offer=offer, held=held)
    return held


def release_inventory(command: ReleaseInventory, work: RoomsWork) -> Nothing:
    """Release all nights of the booking; a booking without a live hold is left unchanged."""
    hotel, booking_id = command.hotel, command.booking_id
    release = Release(hotel=hotel, booking_id=booking_id, from_on=None, action_id="", whole=command.unwritten)
    releases.execute(work, {booking_id: release})
    return Nothing()


def _terms(command: HoldInventory, request: StayRequest, offer: Offer, *, now: datetime) -> Held:
    if command.public:
        stays.check_public_length(request.stay, offer.hotel.settings)
    room_type = offers.check(request, offer, now=now)
    price = offers.price(request, offer, room_type=room_type, now=now, booking_id=command.booking_id)
    if command.by_card:
        offers.check_total(price.total, offer.hotel)
    return offers.held(offer, room_type=room_type, price=price)


def _hold_again(command: HoldInventory, work: RoomsWork, *, offer: Offer, held: Held) -> Held:
    """Sell the nights to a booking whose hold has ended. A hold that was taken meanwhile has the reply stored."""
    room_type = offers.type_of(offer)
    version = take_hold(command, work, room_type=room_type, held=held)
    if version is None:
        return _stored_answer(command, offer, work)
    sell(command, work, room_type=room_type, version=version)
    return held


def _stored_answer(command: HoldInventory, offer: Offer, work: RoomsWork) -> Held:
    """The reply stored with the hold. Refused `HOLD_DIFFERS` where the command has another stay or type."""
    stay, room_type_id, answer = work.holds.answer(command.hotel, command.booking_id)
    requested = (Stay(command.check_in, command.check_out), offers.type_of(offer).id)
    if requested != (stay, room_type_id):
        raise holds.hold_differs()
    return answer
