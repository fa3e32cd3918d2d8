"""The filters and front-desk buckets of the booking list, as conditions on the rows of `booking` or `booking_count`.

A condition depends on which filters a query has; their values are the parameters of `values_of`. So a statement is made
once for each `shape_of` a query, which takes longer than PostgreSQL does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from chassis.database.arrays import one_of, one_of_constants
from chassis.refusal import Refusal
from chassis.text import search_key
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingSource, BookingStatus
from services.bookings.lifecycle import SYNONYMS
from services.bookings.store.tables import BOOKING, BOOKING_COUNT, GUEST

Status = BookingStatus
Condition = sa.ColumnElement[bool]

HOTEL, SEARCH, ROOM, SOURCE = (
    sa.bindparam(f"of_{name}", type_=sa.Text) for name in ("hotel", "search", "room", "source")
)
FIRST, LAST = (sa.bindparam(name, type_=sa.Date) for name in ("from_date", "until_date"))
NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
STATUSES = "of_statuses"
SOME = "some"  # stands for the values of a filter

# The front-desk buckets: those of the bookings in some statuses, and those that depend on today's date or time.
STATUSES_OF_BUCKETS = {
    "in_house": (Status.IN_HOUSE,),
    "pending": (Status.PENDING_PAYMENT, Status.PENDING_APPROVAL),
    "checked_out": (Status.COMPLETED,),
    "cancelled": (Status.CANCELLED, Status.DECLINED),
    "expired": (Status.EXPIRED,),
    "no_show": (Status.NO_SHOW,),
}
BUCKETS_OF_TODAY = ("arrivals", "departures", "overdue_checkout")
BUCKETS = (*STATUSES_OF_BUCKETS, *BUCKETS_OF_TODAY)

# Days from check-in to the no-show of the longest stay with an expected late arrival. The bound is for the planner.
LONGEST_WAIT = 366
GUEST_OF_BOOKING = (GUEST.c.hotel == BOOKING.c.hotel) & (GUEST.c.booking_id == BOOKING.c.id)


@dataclass(frozen=True, eq=False)
class CountedColumns:
    """The columns by which a hotel's bookings are counted, of `booking` or of `booking_count`."""

    hotel: sa.Column[Any]
    status: sa.Column[Any]
    source: sa.Column[Any]
    has_room: Condition


OF_BOOKINGS = CountedColumns(
    BOOKING.c.hotel, BOOKING.c.status, BOOKING.c.source, BOOKING.c.assigned_room_number.is_not(None)
)
OF_COUNTS = CountedColumns(
    BOOKING_COUNT.c.hotel, BOOKING_COUNT.c.status, BOOKING_COUNT.c.source, BOOKING_COUNT.c.has_room
)


def shape_of(query: ListBookings) -> ListBookings:
    """The query with its bucket and ordering, and a mere mark for each value: equal shapes have the same statements."""
    return ListBookings(
        hotel=SOME,
        status=(SOME,) if query.status else (),
        start_date=date.min if query.start_date else None,
        end_date=date.min if query.end_date else None,
        search=SOME if search_key(query.search) else "",
        room_number=SOME if query.room_number else "",
        has_room_assigned=query.has_room_assigned,
        source=SOME if query.source else "",
        bucket=query.bucket,
        ordering=query.ordering,
        include_counts=query.include_counts,
    )


def values_of(query: ListBookings, now: datetime) -> dict[str, Any]:
    """The parameters of the query's statements. Refused `INVALID_FILTER`."""
    if query.bucket and query.bucket not in BUCKETS:
        raise invalid("bucket", query.bucket)
    statuses = {SYNONYMS.get(name, name) for name in query.status}
    if unknown := statuses - set(Status):
        raise invalid("status", ", ".join(sorted(unknown)))
    if query.source and query.source not in set(BookingSource):
        raise invalid("source", query.source)
    return {
        HOTEL.key: query.hotel,
        STATUSES: sorted(statuses),
        FIRST.key: query.start_date,
        LAST.key: query.end_date,
        SEARCH.key: search_key(query.search).replace("/", "//").replace("%", "/%").replace("_", "/_"),
        ROOM.key: query.room_number,
        SOURCE.key: query.source,
        NOW.key: now,
    }


def filters(query: ListBookings) -> Condition:
    """The condition on `booking` for all filters of the query except its bucket.

    A statement contains it once, or several times the same: a search is a common table expression.
    """
    return sa.and_(counted_filters(query, OF_BOOKINGS), *_other_filters(query))


def counted_filters(query: ListBookings, columns: CountedColumns) -> Condition:
    """The condition for the filters of the query by which bookings are counted; without statuses, all but `DRAFT`."""
    status = one_of(columns.status, STATUSES) if query.status else columns.status != Status.DRAFT
    conditions: list[Condition] = [columns.hotel == HOTEL, status]
    if query.has_room_assigned is not None:
        conditions.append(columns.has_room if query.has_room_assigned else ~columns.has_room)
    if query.source:
        conditions.append(columns.source == SOURCE)
    return sa.and_(*conditions)


def _other_filters(query: ListBookings) -> Iterator[Condition]:
    if query.start_date:
        yield BOOKING.c.check_in >= FIRST
    if query.end_date:
        yield BOOKING.c.check_out <= LAST
    if query.start_date and query.end_date:  # follows from the others, and ends the range of an index
        yield BOOKING.c.check_in < LAST
        yield BOOKING.c.check_out > FIRST
    if search_key(query.search):
        yield BOOKING.c.id.in_(sa.select(_matching().c.booking_id))
    if query.room_number:
        yield BOOKING.c.assigned_room_number == ROOM


def _matching() -> sa.CTE:
    """The bookings that a search finds, read by the trigram index.

    They are read first: the planner would read the bookings in order, and look for each whether it matches, where it
    takes the search to find more than it does.
    """
    matches = sa.select(GUEST.c.booking_id).where(GUEST.c.hotel == HOTEL, GUEST.c.search.contains(SEARCH, escape="/"))
    return matches.cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")


def bucket_condition(bucket: str) -> Condition | None:
    """The condition on `booking` for a front-desk bucket; None without a bucket."""
    return bucket_of_today(bucket) if bucket in BUCKETS_OF_TODAY else status_condition(OF_BOOKINGS, bucket)


@cache
def status_condition(columns: CountedColumns, bucket: str) -> Condition | None:
    """The condition for a bucket that depends on the status alone; None without a bucket."""
    if not bucket:
        return None
    return one_of_constants(columns.status, STATUSES_OF_BUCKETS[bucket])


def bucket_of_today(bucket: str) -> Condition:
    """The condition for a bucket of today; its bookings have not ended.

    The hotel's time zone is read from the newest booking.
    """
    newest = sa.select(BOOKING.c.timezone).where(BOOKING.c.hotel == HOTEL).order_by(BOOKING.c.created_at.desc())
    today = sa.cast(sa.func.timezone(newest.limit(1).scalar_subquery(), NOW), sa.Date)
    in_house = BOOKING.c.status == Status.IN_HOUSE
    match bucket:
        case "arrivals":
            return (BOOKING.c.status == Status.CONFIRMED) & BOOKING.c.check_in.between(today - LONGEST_WAIT, today)
        case "departures":
            return in_house & (BOOKING.c.check_out == today)
        case _:
            return in_house & (BOOKING.c.checkout_deadline_at < NOW)


def invalid(field: str, value: str) -> Refusal:
    """The refusal `INVALID_FILTER` of a value."""
    return Refusal("INVALID_FILTER", f"{field} cannot be {value}.", errors=[{"field": field, "message": "unknown"}])
