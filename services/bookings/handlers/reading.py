"""What bookings tells: one booking, a hotel's list, feed and timeline, what can be paid, names beside rooms."""

from dataclasses import replace
from typing import Any

from contracts.bookings import (
    BookingDetail,
    BookingList,
    Feed,
    GetBooking,
    GetFeed,
    GetGuestNames,
    GetPayable,
    GetTimeline,
    GuestsOfRooms,
    ListBookings,
    Payable,
    Timeline,
)
from contracts.values import ActorKind
from services.bookings.domain import access, presenting
from services.bookings.handlers.admission import own_hotel, seen
from services.bookings.store.listing import listed
from services.bookings.work import BookingsWork

LONGEST_FEED = 500


def get_booking(query: GetBooking, work: BookingsWork) -> BookingDetail:
    """One booking; the guest in house and the front desk see PIN and Wi-Fi."""
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    in_house = presenting.secrets_for(booking, work.caller)
    return presenting.detail(booking, now=work.now, in_house=in_house, as_guest=work.caller.kind == "guest")


def list_bookings(query: ListBookings, work: BookingsWork) -> BookingList:
    """A hotel's bookings, for its staff."""
    own_hotel(query.hotel, work)
    found = listed(work.connection, query, work.now)
    rows = tuple(presenting.row(booking, now=work.now) for booking in found.bookings)
    return BookingList(count=found.count, results=rows, counts=found.counts)


def get_feed(query: GetFeed, work: BookingsWork) -> Feed:
    """The booking's facts after a number. A guest is not told which member of staff did what."""
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    limit = min(max(query.limit, 1), LONGEST_FEED)
    items = work.history.feed(booking.id, after=query.after, limit=limit)
    if work.caller.kind == "guest":
        items = tuple(replace(item, data=_nameless(item.data)) for item in items)
    return Feed(booking_id=booking.id, last_sequence=booking.version, events=items)


def get_timeline(query: GetTimeline, work: BookingsWork) -> Timeline:
    """Who did what, when and why; for staff."""
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return Timeline(booking_id=booking.id, items=work.history.timeline(booking.id))


def get_payable(query: GetPayable, work: BookingsWork) -> Payable:
    """What payments may charge for a booking, for its guest or its hotel's staff."""
    return presenting.payable(seen(work, hotel=query.hotel, booking_id=query.booking_id), now=work.now)


def get_guest_names(query: GetGuestNames, work: BookingsWork) -> GuestsOfRooms:
    """The names that a room list shows beside its rooms."""
    own_hotel(query.hotel, work)
    if not query.booking_ids:
        return GuestsOfRooms()
    return GuestsOfRooms(names=work.bookings.guest_names(query.hotel, query.booking_ids))


def _nameless(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _anonymous(value) if _is_actor(value) else value for name, value in data.items()}


def _is_actor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("kind") in set(ActorKind) and "name" in value


def _anonymous(actor: dict[str, Any]) -> dict[str, Any]:
    return {"kind": actor["kind"], "id": None, "name": None}
