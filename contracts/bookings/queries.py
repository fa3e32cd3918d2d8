"""Queries: one booking, a hotel's bookings, a booking's feed and timeline, the payable amount, guest names."""

from datetime import date

from contracts.bookings.asks import BookingAsk
from contracts.bookings.views import BookingDetail, BookingList, Feed, GuestsOfRooms, Payable, Timeline
from contracts.message import Query
from contracts.values import Page


class GetBooking(BookingAsk, Query[BookingDetail]):
    """Return one booking, for its guest or its hotel's staff. Refused `BOOKING_NOT_FOUND`."""


class ListBookings(Query[BookingList]):
    """Return a page of a hotel's bookings.

    Refused `INVALID_FILTER`, `INVALID_ORDERING`. The fields are the filters of the HTTP list of bookings.
    """

    hotel: str
    status: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    search: str = ""
    room_number: str = ""
    has_room_assigned: bool | None = None
    source: str = ""
    bucket: str = ""
    ordering: str = ""
    include_counts: bool = False
    page: Page = Page()


class GetFeed(BookingAsk, Query[Feed]):
    """Return the booking's events after a sequence number, for its guest or the hotel's staff."""

    after: int = 0
    limit: int = 200


class GetTimeline(BookingAsk, Query[Timeline]):
    """Return the booking's audit trail, oldest row first."""


class GetPayable(BookingAsk, Query[Payable]):
    """Return the amount that the payments service may charge for a booking, for its guest or its hotel's staff."""


class GetGuestNames(Query[GuestsOfRooms]):
    """Return the names of the guests of these bookings, keyed by booking id. A list of rooms shows the names."""

    hotel: str
    booking_ids: tuple[str, ...]
