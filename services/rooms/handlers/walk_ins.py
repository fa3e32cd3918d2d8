"""Walk-ins: one transaction sells the nights, assigns the room and moves the guest in."""

from contracts.rooms.walk_ins import Received, ReceiveWalkIn
from services.rooms.domain import moves, offers, stays
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.holds import hold_differs
from services.rooms.domain.offers import StayRequest
from services.rooms.steps import action_log, hotel_access, room_access
from services.rooms.steps.occupancy import occupy
from services.rooms.steps.offers import offer_for, sell, take_hold
from services.rooms.work import RoomsWork


@action_log.once(Received)
def receive_walk_in(command: ReceiveWalkIn, work: RoomsWork) -> Received:
    """Sell the nights of the room's type, assign the room and move the guest in."""
    hotel_access.check_own(work.caller, command.hotel)
    request = StayRequest.of(command)
    stays.check_length(request.stay)
    requested = room_access.read(work, command.hotel, command.room_number)
    offer = offer_for(work, command.hotel, requested.type_code, request)
    room_type = offers.check(request, offer, now=work.now, walk_in=True)
    price = offers.price(request, offer, room_type=room_type, now=work.now)
    held = offers.held(offer, room_type=room_type, price=price)
    version = take_hold(command, work, room_type=room_type, held=held)
    if version is None:
        raise hold_differs()
    room = work.rooms.lock([command.hotel], [requested.id])[requested.id]
    versions = command.room_versions or (command.room_version or room.version,)
    if room.version not in versions:
        raise room_access.version_mismatch(room)
    today = stays.local_day(work.now, offer.hotel.timezone)
    others = work.periods.on_nights(room, request.stay)
    party = request.adults + request.children
    warnings = moves.check_move_in(
        room, nights=request.stay, others=others, today=today, party=party, override=command.override
    )
    work.periods.begin_stay(
        room, booking_id=command.booking_id, nights=request.stay, now=work.now, moved_in_at=work.now
    )
    room = occupy(work, room, booking_id=command.booking_id, action_id=command.action_id)
    sell(command, work, room_type=room_type, version=version)
    return Received(held=held, room=room_taken(room, warnings=warnings), wifi=offer.hotel.wifi)
