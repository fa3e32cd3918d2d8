"""Bookings as staff and as guests read them."""

from collections.abc import Mapping
from typing import Any

from contracts.bookings.change_previews import WaitingChange
from contracts.bookings.lookups import BookingInBrief, FoundBookings
from contracts.bookings.views import BookingDetail, BookingRow, Feed, FeedItem, InHouse
from contracts.data import Data
from contracts.payments.checkout_sessions import PaymentSession
from contracts.values import HotelCard
from gateway.http.pages import ResultPage
from gateway.http.views import Json, View, event_data, view
from gateway.lookups.realtime import GuestRealtime

GUEST = "guest"
_STAFF_NOTES = ("reason_note", "assignment_notes", "internal_notes", "room_locked", "warnings")


class StaffBookingRow(
    View[BookingRow], drop=("hotel", "room_type_code", "expires_at"), staff_only=("is_new_for_staff",)
):
    """A booking in a list."""


class StaffBooking(
    View[BookingDetail],
    drop=("hotel_card", "policy", "in_house", "departure_warnings"),
    staff_only=("is_new_for_staff",),
):
    """A booking for staff. `room_pin` is set while the guest is in house, for staff who may check guests in."""

    room_pin: str | None


class HeldChange(View[WaitingChange], only=("change_id", "expires_at", "preview")):
    """A change that waits until its `payment`, due by `expires_at`, is captured."""

    payment: view(PaymentSession)  # type: ignore[valid-type]


class HotelName(View[HotelCard], only=("slug", "name", "timezone"), examples={"name": "Hotel Killarney"}):
    """The hotel of a booking."""


class HotelContact(View[HotelCard], only=("email", "phone", "address")):
    """The contact of the hotel, for guests in house."""


class GuestWiFi(
    View[InHouse], only=("wifi_ssid", "wifi_password"), rename={"wifi_ssid": "ssid", "wifi_password": "password"}
):
    """The Wi-Fi of the hotel."""


class GuestBooking(
    View[BookingDetail],
    drop=("hotel_card", "policy", "in_house", "late", "departure_warnings", *_STAFF_NOTES),
    staff_only=("approval_risk", "is_new_for_staff"),
):
    """A booking for its guest. `wifi`, `room_pin` and `hotel_contact` are set while the guest is in house."""

    hotel: HotelName
    policy_text: str
    wifi: GuestWiFi | None
    room_pin: str | None
    hotel_contact: HotelContact | None
    realtime: GuestRealtime | None


class GuestBookingWithToken(GuestBooking):
    """A new booking with the guest's token. No other response contains the token."""

    guest_token: str


class StaffBookingPage(ResultPage[StaffBookingRow]):
    """A page of bookings. `counts` has the number of bookings in each bucket, if the request asks for these counts."""

    results: tuple[StaffBookingRow, ...]
    counts: dict[str, int] | None = None


class FeedEvent(View[FeedItem], rename={"id": "event_id"}):
    """An event of a booking. `event_id` is the same in the feed, the stream and the push channel."""

    data: dict[str, Any]


class EventFeed(View[Feed]):
    """A part of a booking's events, oldest first. `last_sequence` is the sequence number of the latest event."""

    events: tuple[FeedEvent, ...]


class PublicBooking(View[BookingInBrief]):
    """The result of a lookup by confirmation number alone: status, hotel and dates of a booking."""


class LookupResult(Data):
    """The bookings that match, newest first. If only an e-mail address was sent, the list is always empty."""

    bookings: tuple[GuestBooking | PublicBooking, ...]


def guest_booking(booking: BookingDetail, realtime: GuestRealtime | None, **more: Any) -> Json:
    """The fields of `GuestBooking`; `more` has the fields that `GuestBookingWithToken` adds."""
    card, in_house = booking.hotel_card, booking.in_house
    return GuestBooking.of(
        booking,
        reader=GUEST,
        hotel=HotelName.of(card),
        policy_text=booking.policy.text,
        wifi=GuestWiFi.of(in_house) if in_house else None,
        room_pin=in_house.room_pin if in_house else None,
        hotel_contact=HotelContact.of(card) if in_house else None,
        realtime=realtime,
        **more,
    )


def feed_event(item: FeedItem, names: Mapping[str, str] | None) -> Json:
    """The fields of `FeedEvent` for staff, with the names of staff by id, or for a guest, with None."""
    return FeedEvent.of(item, data=event_data(item.data, names))


def feed(events: Feed, names: Mapping[str, str] | None) -> Json:
    """The fields of `EventFeed` for staff, with the names of staff by id, or for a guest, with None."""
    return EventFeed.of(events, events=[feed_event(item, names) for item in events.events])


def found_bookings(reply: FoundBookings) -> Json:
    """The fields of `LookupResult`."""
    whole = [guest_booking(booking, None) for booking in reply.whole]
    return {"bookings": whole or [PublicBooking.of(brief) for brief in reply.brief]}
