"""How the staff list of bookings is narrowed and ordered. What cannot be read is refused as a filter, not a field."""

from datetime import date
from typing import Annotated

from pydantic import Field

from chassis.refusal import Refusal
from contracts.bookings import ListBookings
from gateway.http.fields import iso_day
from gateway.http.paging import Paging

_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class BookingFilters(Paging):
    """Filters as query parameters; an empty one is none."""

    status: Annotated[str, Field(description="Comma list of statuses.")] = ""
    start_date: Annotated[str, Field(description="Check-in on or after this day.")] = ""
    end_date: Annotated[str, Field(description="Check-out on or before this day.")] = ""
    search: Annotated[str, Field(description="Guest name, e-mail, booking id or confirmation number.")] = ""
    room_number: str = ""
    has_room_assigned: Annotated[str, Field(description="`true` or `false`.")] = ""
    source: Annotated[str, Field(description="`online` or `staff`.")] = ""
    bucket: Annotated[
        str,
        Field(
            description="`arrivals in_house departures pending checked_out cancelled expired no_show overdue_checkout`"
        ),
    ] = ""
    ordering: Annotated[
        str, Field(description="`check_in check_out created_at total_amount guest_name status`, `-` for descending.")
    ] = ""
    include_counts: Annotated[str, Field(description="`true` adds counts by bucket.")] = ""

    def query(self, hotel: str) -> ListBookings:
        """What bookings is asked; refused `INVALID_FILTER`."""
        for name in ("status", "search", "room_number", "source", "bucket", "ordering"):
            if "\x00" in getattr(self, name) or len(getattr(self, name)) > 200:
                raise unreadable(name)
        return ListBookings(
            hotel=hotel,
            status=tuple(part.strip() for part in self.status.split(",") if part.strip()),
            start_date=_day("start_date", self.start_date),
            end_date=_day("end_date", self.end_date),
            search=self.search.strip(),
            room_number=self.room_number.strip(),
            has_room_assigned=truth("has_room_assigned", self.has_room_assigned),
            source=self.source,
            bucket=self.bucket,
            ordering=self.ordering,
            include_counts=bool(truth("include_counts", self.include_counts)),
            page=self.wanted,
        )


def _day(name: str, given: str) -> date | None:
    try:
        return iso_day(given) if given else None
    except ValueError as problem:
        raise unreadable(name) from problem


def truth(name: str, given: str) -> bool | None:
    """What the filter says; None where it is empty. Refused `INVALID_FILTER`."""
    if given and given.lower() not in _WORDS:
        raise unreadable(name)
    return _WORDS.get(given.lower())


def unreadable(name: str) -> Refusal:
    """The filter's value is none of those that it may have."""
    return Refusal("INVALID_FILTER", f"The filter {name} cannot be read.")
