"""Queries: one booking, a hotel's list, a booking's feed and timeline, its payable amount, guest names of rooms."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.bookings.queries import GetBooking, GetFeed, GetGuestNames, GetPayable, GetTimeline, ListBookings
from contracts.bookings.views import BookingDetail, BookingList, Feed, GuestsOfRooms, Payable, Timeline
from contracts.operations import Metric
from contracts.values import ActorKind
from services.bookings.domain import access, views
from services.bookings.steps.booking_access import visible
from services.bookings.work import BookingsWork

LONGEST_FEED = 500


def get_booking(query: GetBooking, work: BookingsWork) -> BookingDetail:
    """One booking. Only the guest in house and the front desk receive PIN and Wi-Fi."""
    booking = visible(work, hotel=query.hotel, booking_id=query.booking_id)
    in_house = views.secrets_for(booking, work.caller)
    return views.detail(booking, now=work.now, in_house=in_house, as_guest=work.caller.kind == "guest")


def list_bookings(query: ListBookings, work: BookingsWork) -> BookingList:
    """A page of a hotel's bookings. Refused `INVALID_FILTER`, `INVALID_ORDERING`."""
    access.require_own_hotel(query.hotel, work.caller)
    return work.listing.page(query, work.now)


def get_feed(query: GetFeed, work: BookingsWork) -> Feed:
    """The booking's events after a sequence number. The feed for a guest does not contain the ids of staff."""
    booking = visible(work, hotel=query.hotel, booking_id=query.booking_id)
    limit = min(max(query.limit, 1), LONGEST_FEED)
    items = work.history.feed(booking, after=query.after, limit=limit)
    if work.caller.kind == "guest":
        items = tuple(replace(item, data=_without_ids(item.data)) for item in items)
    return Feed(booking_id=booking.id, last_sequence=booking.version, events=items)


def get_timeline(query: GetTimeline, work: BookingsWork) -> Timeline:
    """The booking's audit trail, for staff."""
    booking = visible(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return Timeline(booking_id=booking.id, items=work.history.timeline(booking))


def get_payable(query: GetPayable, work: BookingsWork) -> Payable:
    """The amount that the payments service may charge, for the booking's guest or staff."""
    return views.payable(visible(work, hotel=query.hotel, booking_id=query.booking_id), now=work.now)


def get_guest_names(query: GetGuestNames, work: BookingsWork) -> GuestsOfRooms:
    """Guest names, keyed by booking id, for a room list."""
    access.require_own_hotel(query.hotel, work.caller)
    if not query.booking_ids:
        return GuestsOfRooms()
    return GuestsOfRooms(names=work.bookings.guest_names(query.hotel, query.booking_ids))


def read_metrics(work: BookingsWork) -> Iterator[Metric]:
    """The metrics at the time of the transaction."""
    return work.metrics.read(work.now)


def _without_ids(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _anonymous(value) if _is_actor(value) else value for name, value in data.items()}


def _is_actor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("kind") in set(ActorKind) and "id" in value


def _anonymous(actor: dict[str, Any]) -> dict[str, Any]:
    return {"kind": actor["kind"], "id": None}
