"""Bookings as their guests see them: without the hotel's own notes and names, with what a guest in house needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import bookings
from gateway.api.bookings.responses import BookingFacts, Person, fact_fields
from gateway.api.hotels.responses import Contact
from gateway.lookups.realtime import GuestRealtime


@dataclass(frozen=True, kw_only=True)
class HotelName:
    """Which hotel."""

    slug: str
    name: str
    timezone: str


@dataclass(frozen=True, kw_only=True)
class WiFi:
    """How a guest in house gets online."""

    ssid: str
    password: str


@dataclass(frozen=True, kw_only=True)
class GuestBooking(BookingFacts):
    """A booking for its guest. What only concerns staff is null; Wi-Fi, PIN and contact come while in house."""

    hotel: HotelName
    policy_text: str
    wifi: WiFi | None
    room_pin: str | None
    hotel_contact: Contact | None
    realtime: GuestRealtime | None


@dataclass(frozen=True, kw_only=True)
class BookedStay(GuestBooking):
    """A booking just made, with the guest's token: told here and nowhere else."""

    guest_token: str


@dataclass(frozen=True, kw_only=True)
class GuestAccess:
    """What a mailed code opens."""

    booking_id: str
    hotel: str
    guest_token: str | None
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class PaymentSession:
    """A page to pay on; `status` is `created`, `existing` or `paid`, and a paid one has no page."""

    session_id: str
    payment_url: str | None
    status: str
    amount: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentVerified:
    """What became of a session, and where the booking stands."""

    booking_id: str
    payment_status: str
    status: str
    amount_total: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class FeedEvent:
    """One fact of a booking; `event_id` is the same wherever it is told."""

    event_id: str
    type: str
    sequence: int
    time: datetime
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A booking's facts after a sequence number, oldest first; `last_sequence` says whether there are more."""

    booking_id: str
    last_sequence: int
    events: tuple[FeedEvent, ...]


_STAFF_ONLY = ("approval_risk", "is_new_for_staff")
_PEOPLE = ("decision_made_by", "confirmed_by", "checked_in_by", "checked_out_by", "cancelled_by")


def guest_fields(booking: bookings.BookingDetail, realtime: GuestRealtime | None) -> dict[str, Any]:
    """The fields of `GuestBooking`."""
    facts, card, in_house = fact_fields(booking), booking.hotel_card, booking.in_house
    return {
        **facts,
        **dict.fromkeys(_STAFF_ONLY),
        **{name: _nameless(facts[name]) for name in _PEOPLE},
        "hotel": HotelName(slug=booking.hotel, name=booking.hotel_name, timezone=card.timezone),
        "policy_text": booking.policy.text,
        "wifi": WiFi(ssid=in_house.wifi_ssid, password=in_house.wifi_password) if in_house else None,
        "room_pin": in_house.room_pin if in_house else None,
        "hotel_contact": Contact(email=card.email, phone=card.phone, address=card.address) if in_house else None,
        "realtime": realtime,
    }


def guest_booking(booking: bookings.BookingDetail, realtime: GuestRealtime | None) -> GuestBooking:
    """A booking for its guest."""
    return GuestBooking(**guest_fields(booking, realtime))


def new_booking(made: bookings.CreatedBooking, realtime: GuestRealtime | None) -> BookedStay:
    """A booking just made, for who made it."""
    return BookedStay(**guest_fields(made.booking, realtime), guest_token=made.guest_token)


def _nameless(person: Person | None) -> Person | None:
    return Person(kind=person.kind, id=None, name=None) if person else None
