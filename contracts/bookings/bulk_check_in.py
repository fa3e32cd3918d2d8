"""Bulk check-in: many bookings at once."""

from contracts.data import Data
from contracts.message import Command


class BookingFailed(Data):
    """A booking that was not checked in, and the code of the refusal."""

    booking_id: str
    code: str


class BookingsCheckedIn(Data):
    """The bookings whose guests are in house now, and the bookings that failed."""

    hotel: str
    processed: int
    checked_in_bookings: tuple[str, ...]
    failed: tuple[BookingFailed, ...]


class CheckInBookings(Command[BookingsCheckedIn]):
    """Check in the guests of these bookings, at most 100, as `CheckIn` without its options does.

    Each booking succeeds or fails separately, with the codes of `CheckIn` and `BOOKING_NOT_FOUND`. A booking in house
    already succeeds and does not change. A booking that failed with `SERVICE_UNAVAILABLE` may still be checked in soon;
    a request with a key fails as a whole instead, to be repeated.
    """

    hotel: str
    booking_ids: tuple[str, ...]
