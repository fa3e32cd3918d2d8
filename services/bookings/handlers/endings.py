"""How each action with rooms ends: what its reply lets happen to the booking, which others may touch again."""

from typing import Any
from uuid import uuid4

from contracts.bookings import InHouse, StayExtended
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.extensions import Extended
from contracts.rooms.hotels import WiFi
from contracts.rooms.occupancy import RoomOccupiedReply
from services.bookings.domain import assigning, creation, cutting_short, extending, moving, staying
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.work import BookingsWork

A_PIN_OF_ANY_LENGTH = 10**8


def submitted(booking: Booking, action: PendingAction, _: Any, work: BookingsWork) -> Booking:
    """The nights are held: the draft keeps its price and terms."""
    held = creation.hold(booking, by=action.by, now=work.now)
    return work.record(booking, (held,), by=action.by, pending=None)


def cut_short(booking: Booking, action: PendingAction, _: RoomTaken, work: BookingsWork) -> Booking:
    """The stay is called off: the guest has left as at check-out, and owes what the staff member who did it decided."""
    facts = cutting_short.cut_short(booking, action)
    return work.record(booking, facts, by=action.by, pending=None, why=action.reason, cancellation_reason=action.reason)


def released(booking: Booking, _: PendingAction, __: Any, work: BookingsWork) -> Booking:
    """A hold that nobody wants is freed, a room cleared or lived in again; nothing has happened to the booking."""
    return work.note(booking, pending=None)


def assigned(booking: Booking, action: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    """The room is the booking's; notes stay with it."""
    facts = assigning.assigned(booking, action, room)
    notes = action.notes or None
    return work.record(booking, facts, by=action.by, pending=None, why=action.notes, assignment_notes=notes)


def unassigned(booking: Booking, action: PendingAction, _: Any, work: BookingsWork) -> Booking:
    """The room is free again."""
    return work.record(booking, assigning.unassigned(booking, action), by=action.by, pending=None)


def checked_in(booking: Booking, action: PendingAction, reply: RoomOccupiedReply, work: BookingsWork) -> Booking:
    """The guest gets the room's PIN and the hotel's Wi-Fi for as long as they stay."""
    facts = staying.checked_in(booking, action, reply.room.room_number)
    return work.record(booking, facts, by=action.by, pending=None, in_house=with_pin(booking, reply.wifi, work))


def with_pin(booking: Booking, wifi: WiFi, work: BookingsWork) -> InHouse:
    """What a guest in house is told, with a new PIN."""
    pin = staying.room_pin(booking.terms.settings.room_pin_digits, work.dependencies.draw(A_PIN_OF_ANY_LENGTH))
    return InHouse(wifi_ssid=wifi.ssid, wifi_password=wifi.password, room_pin=pin)


def moved(booking: Booking, action: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    """The guest lives in another room; PIN and Wi-Fi go along, as they are the booking's."""
    why = ": ".join(filter(None, (action.reason, action.notes)))
    notes = action.notes or booking.assignment_notes
    facts = moving.moved(booking, action, room)
    return work.record(booking, facts, by=action.by, pending=None, why=why, assignment_notes=notes)


def checked_out(booking: Booking, action: PendingAction, _: RoomTaken, work: BookingsWork) -> Booking:
    """The guest has left; PIN and Wi-Fi are gone."""
    unserved = work.orders.open_of(booking.id) if action.erases else []
    facts = staying.checked_out(booking, action)
    after = work.record(booking, facts, by=action.by, pending=None, why=action.reason)
    if action.erases:
        work.chats.erase(booking.id)
        work.orders.erase(unserved)
    return after


def extended(booking: Booking, action: PendingAction, reply: Extended, work: BookingsWork) -> Booking:
    """The stay is longer, and costs more. Where it has ended meanwhile, giving the nights back takes its place."""
    if not LIFECYCLE.allows(booking.status, StayExtended):
        undo = PendingAction(id=uuid4().hex, kind=ActionKind.RELEASE, by=action.by, started_at=work.now)
        return work.bookings.begin_action(work.note(booking, pending=None), undo)
    facts = extending.extended(booking, action, reply, now=work.now)
    return work.record(
        booking, facts, by=action.by, pending=None, terms=extending.terms_with(booking.terms, reply.price)
    )
