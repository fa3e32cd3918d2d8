"""A guest who has not booked is received: nights sold, room given and lived in, in one transaction."""

from chassis.refusal import Refusal
from contracts.rooms import InventoryHeld, Received, ReceiveWalkIn
from contracts.values import Stay
from services.rooms.domain import inventory, moving, offers, stays
from services.rooms.domain.offers import Wish
from services.rooms.handlers.assigning import answered, finished, taken
from services.rooms.handlers.dwelling import occupy
from services.rooms.handlers.hotels import check_own, no_hotel
from services.rooms.handlers.seeing import known
from services.rooms.work import RoomsWork


def receive_walk_in(command: ReceiveWalkIn, work: RoomsWork) -> Received:
    """The booking has its nights on the room's own type, the room, and its guest in it."""
    done = answered(command, work, Received)
    if done:
        return done
    check_own(work.caller, command.hotel)
    wish = Wish(stay=Stay(command.check_in, command.check_out), adults=command.adults, children=command.children)
    stays.check_length(wish.stay)
    seen = known(work.rooms.get(command.hotel, command.room_number))
    terms = work.offers.terms(command.hotel, seen.type_code, wish)
    if terms is None:
        raise no_hotel()
    room_type = offers.check(wish, terms, now=work.now, walk_in=True)
    held = offers.held(terms, room_type=room_type, price=offers.price(wish, terms, room_type=room_type, now=work.now))
    version = work.holds.take(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_id=room_type.id,
        stay=wish.stay,
        answer=held,
        now=work.now,
    )
    if version is None:
        raise Refusal("HOLD_DIFFERS", "The booking already holds something else.")
    room = work.rooms.lock([seen.id])[seen.id]
    versions = command.room_versions or (command.room_version or room.version,)
    if room.version not in versions:
        raise Refusal("VERSION_MISMATCH", "The room has changed since you looked at it.", version=room.version)
    today = stays.local_day(work.now, terms.hotel.timezone)
    moving.move_into(room, nights=wish.stay, others=work.periods.on_nights(room.id, wish.stay), today=today)
    work.periods.stay(
        room.id,
        room.room_number,
        booking_id=command.booking_id,
        nights=wish.stay,
        now=work.now,
        moved_in_at=work.now,
    )
    room = occupy(work, room, booking_id=command.booking_id, action_id=command.action_id)
    if not work.nights.shift([inventory.change(inventory.whole(room_type.id, wish.stay), by=1)]):
        raise Refusal("SOLD_OUT", f"{room_type.name} is sold out on some of these nights.")
    fact = InventoryHeld(
        booking_id=command.booking_id,
        hotel=command.hotel,
        room_type_code=room_type.code,
        check_in=command.check_in,
        check_out=command.check_out,
        held_at=work.now,
    )
    work.publish(fact, sequence=version)
    return finished(command, work, Received(held=held, room=taken(room), wifi=terms.hotel.wifi))
