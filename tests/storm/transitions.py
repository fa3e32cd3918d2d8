"""What may be asked of a hotel, each as the plain mind answers it.

"" is done, `AGAIN` done before, else the code of the refusal, and then nothing has changed. The board's `now` is set
before each.
"""

from __future__ import annotations

from datetime import date

from contracts.rooms.events import RoomStatus
from tests.storm.hotel_model import (
    AGAIN,
    DAY,
    ENDED,
    HOLD,
    LIVE_INCIDENT,
    TURNS,
    BookingModel,
    HotelModel,
    Incident,
    R,
    S,
    at,
    nights,
)


def book(model: HotelModel, new: str, kind: str, first: date, until: date, *, pays: bool) -> str:
    """A booking by card or at the desk."""
    if model.full(kind, nights(first, until)):
        return "SOLD_OUT"
    model.bookings[new] = BookingModel(
        id=new,
        booked_type=kind,
        first=first,
        until=until,
        status=S.PENDING_PAYMENT if pays else S.CONFIRMED,
        type_by_night=dict.fromkeys(nights(first, until), kind),
        expires_at=model.now + HOLD if pays else None,
    )
    return ""


def walk_in(model: HotelModel, new: str, room: str, until: date) -> str:
    """A walk-in."""
    room_model, requested = model.room_models[room], nights(model.today, until)
    problem = model.move_in_refusal(room_model, requested)
    if problem or model.full(room_model.type, requested):
        return problem or "SOLD_OUT"
    booking = BookingModel(
        id=new,
        booked_type=room_model.type,
        first=model.today,
        until=until,
        status=S.IN_HOUSE,
        type_by_night=dict.fromkeys(requested, room_model.type),
    )
    model.bookings[new] = booking
    model.live(booking, room_model, requested)
    return ""


def cancel(model: HotelModel, who: str) -> str:
    """A cancellation by staff, before check-in or in house."""
    booking = model.bookings[who]
    if booking.status is S.CANCELLED:
        return AGAIN
    if booking.status in ENDED:
        return "BOOKING_ENDED"
    if booking.status is S.IN_HOUSE:
        model.leave(booking)
    else:
        model.unreleased.append(who)
    booking.status = S.CANCELLED
    return ""


def no_show(model: HotelModel, who: str) -> str:
    """A no-show marked by staff."""
    booking = model.bookings[who]
    if booking.status is S.NO_SHOW:
        return AGAIN
    if booking.status in ENDED:
        return "BOOKING_ENDED"
    if booking.status is not S.CONFIRMED:
        return "ILLEGAL_TRANSITION"
    if model.now < at(booking.first + DAY, 12):
        return "NO_SHOW_TOO_EARLY"
    model.end_unused(booking, S.NO_SHOW)
    return ""


def assign(model: HotelModel, who: str, room: str) -> str:
    """The booking is to have this room."""
    booking, room_model = model.bookings[who], model.room_models[room]
    if booking.status is not S.CONFIRMED:
        return "BOOKING_ALREADY_CHECKED_IN" if booking.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
    if booking.room == room:
        return AGAIN
    now, requested = booking.first <= model.today, nights(booking.first, booking.until)
    if (room_model.status is R.OUT_OF_ORDER and now) or set(requested) & room_model.blocked_nights:
        return "ROOM_NOT_BOOKABLE"
    if model.has_overlap(room, requested, but=who):
        return "ROOM_OVERLAP_CONFLICT"
    if room_model.guest and now:
        return "ROOM_OCCUPIED"
    if not model.count_on(booking, room_model.type):
        return "SOLD_OUT"
    booking.room, booking.room_nights = room, (booking.first, booking.until)
    return ""


def unassign(model: HotelModel, who: str) -> str:
    """The booking is to have no room."""
    booking = model.bookings[who]
    if booking.status is not S.CONFIRMED:
        return "BOOKING_ALREADY_CHECKED_IN" if booking.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
    if booking.room is None:
        return AGAIN
    booking.room = booking.room_nights = None
    model.count_on(booking, booking.booked_type)
    return ""


def check_in(model: HotelModel, who: str, *, late: bool) -> str:
    """The guest arrives."""
    booking = model.bookings[who]
    if booking.status is not S.CONFIRMED:
        return AGAIN if booking.status is S.IN_HOUSE else "BOOKING_NOT_ELIGIBLE"
    if model.today < booking.first:
        return "CHECKIN_WRONG_DATE"
    if model.now < at(booking.first, 12):
        return "CHECKIN_TOO_EARLY"
    if (model.now > at(booking.first + DAY, 2) and not late) or model.now >= booking.leaves_at:
        return "CHECKIN_TOO_LATE"
    if booking.room is None:
        return "NO_ROOM_ASSIGNED"
    room_model = model.room_models[booking.room]
    if room_model.status is not R.READY_FOR_GUEST:
        return "ROOM_NOT_READY"
    booking.status, room_model.status, room_model.guest = S.IN_HOUSE, R.OCCUPIED, who
    return ""


def move(model: HotelModel, who: str, room: str) -> str:
    """The guest is to live in another room."""
    booking, room_model = model.bookings[who], model.room_models[room]
    if booking.status is not S.IN_HOUSE or booking.room_nights is None or booking.room is None:
        return "NOT_CHECKED_IN"
    if booking.room == room:
        return AGAIN
    first, until = booking.room_nights
    requested = nights(max(first, min(model.today, until - DAY)), until)
    problem = model.move_in_refusal(room_model, requested)
    if problem or not model.count_on(booking, room_model.type):
        return problem or "SOLD_OUT"
    model.vacate(model.room_models[booking.room])
    model.live(booking, room_model, requested)
    return ""


def check_out(model: HotelModel, who: str) -> str:
    """The guest leaves."""
    booking = model.bookings[who]
    if booking.status is not S.IN_HOUSE:
        return AGAIN if booking.status is S.COMPLETED else "NOT_CHECKED_IN"
    model.leave(booking)
    booking.status = S.COMPLETED
    return ""


def check_out_rooms(model: HotelModel, rooms: tuple[str, ...]) -> str:
    """All guests of these rooms leave; who left and who was not there is the answer."""
    numbers = sorted(set(rooms))
    guests = [model.room_models[room].guest for room in numbers]
    for guest in guests:
        if guest:
            check_out(model, guest)
    empty = [room for room, guest in zip(numbers, guests, strict=True) if guest is None]
    return f"left {sorted(filter(None, guests))}, empty {empty}"


def extend(model: HotelModel, who: str, days: int) -> str:
    """The guest stays on."""
    booking = model.bookings[who]
    if booking.status is not S.IN_HOUSE or booking.room is None or booking.room_nights is None:
        return "NOT_CHECKED_IN"
    room_model, more = model.room_models[booking.room], nights(booking.until, booking.until + DAY * days)
    if model.has_overlap(booking.room, more, but=who) or set(more) & room_model.blocked_nights:
        return "EXTENSION_CONFLICT"
    if model.full(room_model.type, more):
        return "SOLD_OUT"
    booking.type_by_night |= dict.fromkeys(more, room_model.type)
    booking.until = booking.until + DAY * days
    booking.room_nights = (booking.room_nights[0], booking.until)
    if booking.incident in LIVE_INCIDENT and booking.leaves_at > model.now:
        booking.incident = Incident.RESOLVED
    return ""


def acknowledge(model: HotelModel, who: str, *, dismiss: bool) -> str:
    """Staff know that the guest has overstayed, or say that it is no overstay."""
    booking = model.bookings[who]
    incident = model.new_overstay(booking) or booking.incident
    if incident is None:
        return "NO_OVERSTAY"
    target = Incident.DISMISSED if dismiss else Incident.ACKNOWLEDGED
    if incident is target:
        return AGAIN
    if incident not in LIVE_INCIDENT:
        return "ILLEGAL_TRANSITION"
    booking.incident = target
    booking.dismissed_until = booking.until if dismiss else booking.dismissed_until
    return ""


def block(model: HotelModel, room: str, first: date, until: date) -> str:
    """A block of the room on these nights."""
    room_model, requested = model.room_models[room], nights(first, until)
    lived_in = room_model.guest is not None and first <= model.today
    if lived_in or model.has_overlap(room, requested) or set(requested) & room_model.blocked_nights:
        return "ROOM_OVERLAP_CONFLICT"
    sold = model.sold()
    if any(sold[room_model.type, night] > model.capacity(room_model.type, night) - 1 for night in requested):
        return "WOULD_OVERSELL"
    room_model.blocked_nights |= set(requested)
    return ""


def unblock(model: HotelModel, room: str) -> str:
    """The room's blocks are lifted."""
    room_model = model.room_models[room]
    model.lift(room_model, room_model.blocked_nights - room_model.out_of_order_nights)
    return ""


def turn(model: HotelModel, room: str, to: RoomStatus, until: date) -> str:
    """Staff send the room to a status; `until` is for a room that goes out of order."""
    room_model = model.room_models[room]
    if room_model.status is to:
        return AGAIN
    if room_model.guest:
        return "ROOM_HAS_GUEST"
    if to not in TURNS[room_model.status]:
        return "ILLEGAL_ROOM_TRANSITION"
    if to is R.OUT_OF_ORDER:
        problem = block(model, room, model.today, until)
        if problem:
            return problem
        room_model.out_of_order_nights |= set(nights(model.today, until))
    if room_model.status is R.OUT_OF_ORDER:
        model.lift(room_model, room_model.out_of_order_nights)
        room_model.out_of_order_nights = set()
    room_model.status = to
    return ""
