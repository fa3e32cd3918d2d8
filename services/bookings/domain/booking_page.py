"""A page of a hotel's booking list."""

from dataclasses import dataclass

from services.bookings.domain.booking import Booking


@dataclass(frozen=True)
class BookingPage:
    """The bookings of one page, the count over all pages, and the count of each bucket where requested."""

    bookings: list[Booking]
    count: int
    counts: dict[str, int] | None
