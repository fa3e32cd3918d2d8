"""The filters of the staff's list of bookings. An invalid value is refused `INVALID_FILTER`."""

from datetime import date
from typing import Any

from pydantic import Field

from contracts.fields import SEARCH
from gateway.http.fields import boolean_filter, invalid_filter, iso_day
from gateway.http.pages import Paging

BUCKETS = "arrivals in_house departures pending checked_out cancelled expired no_show overdue_checkout"
ORDERINGS = "check_in check_out created_at total_amount guest_name status"


class BookingFilters(Paging):
    """The query parameters that filter and order the list; an empty filter selects every booking."""

    status: str = Field("", description="Statuses, separated by commas.")
    start_date: str = Field("", description="Check-in on or after this day.")
    end_date: str = Field("", description="Check-out on or before this day.")
    search: str = Field("", description="Guest name, e-mail, booking id or confirmation number.")
    room_number: str = ""
    has_room_assigned: str = Field("", description="`true` or `false`.")
    source: str = Field("", description="`online` or `staff`.")
    bucket: str = Field("", description=f"One of `{BUCKETS}`.")
    ordering: str = Field("", description=f"One of `{ORDERINGS}`; the prefix `-` makes it descending.")
    include_counts: str = Field("", description="`true` adds counts by bucket.")

    @property
    def values(self) -> dict[str, Any]:
        """The fields of `ListBookings`. Refused `INVALID_FILTER`."""
        for name in ("status", "search", "room_number", "source", "bucket", "ordering"):
            if "\x00" in getattr(self, name) or len(getattr(self, name)) > SEARCH.most:
                raise invalid_filter(name)
        return super().values | {
            "status": tuple(part.strip() for part in self.status.split(",") if part.strip()),
            "start_date": _day("start_date", self.start_date),
            "end_date": _day("end_date", self.end_date),
            "search": self.search.strip(),
            "room_number": self.room_number.strip(),
            "has_room_assigned": boolean_filter("has_room_assigned", self.has_room_assigned),
            "include_counts": bool(boolean_filter("include_counts", self.include_counts)),
        }


def _day(name: str, text: str) -> date | None:
    try:
        return iso_day(text) if text else None
    except ValueError as problem:
        raise invalid_filter(name) from problem
