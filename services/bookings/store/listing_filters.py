"""The filters and front-desk buckets of the booking list, as conditions on the rows of `booking` or `booking_count`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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


def filters(query: ListBookings) -> Condition:
    """The condition on `booking` for all filters of the query except its bucket. Refused `INVALID_FILTER`.

    A statement contains it once, or several times the same: a search is a common table expression.
    """
    return sa.and_(counted_filters(query, OF_BOOKINGS), *_other_filters(query))


def counted_filters(query: ListBookings, columns: CountedColumns) -> Condition:
    """The condition for the filters of the query by which bookings are counted. Refused `INVALID_FILTER`."""
    conditions: list[Condition] = [columns.hotel == query.hotel, _statuses(query.status, columns.status)]
    if query.has_room_assigned is not None:
        conditions.append(columns.has_room if query.has_room_assigned else ~columns.has_room)
    if query.source:
        if query.source not in set(BookingSource):
            raise invalid("source", query.source)
        conditions.append(columns.source == query.source)
    return sa.and_(*conditions)


def _other_filters(query: ListBookings) -> Iterator[Condition]:
    if query.start_date:
        yield BOOKING.c.check_in >= query.start_date
    if query.end_date:
        yield BOOKING.c.check_out <= query.end_date
    if query.start_date and query.end_date:  # follows from the others, and ends the range of an index
        yield BOOKING.c.check_in < query.end_date
        yield BOOKING.c.check_out > query.start_date
    if key := search_key(query.search):
        yield BOOKING.c.id.in_(sa.select(_matching(query.hotel, key).c.booking_id))
    if query.room_number:
        yield BOOKING.c.assigned_room_number == query.room_number


def _matching(hotel: str, key: str) -> sa.CTE:
    """The bookings that a search finds, read by the trigram index.

    They are read first: the planner would read the bookings in order, and look for each whether it matches, where it
    takes the search to find more than it does.
    """
    matches = sa.select(GUEST.c.booking_id).where(GUEST.c.hotel == hotel, GUEST.c.search.contains(key, autoescape=True))
    return matches.cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")


def bucket_condition(query: ListBookings, bucket: str, now: datetime) -> Condition | None:
    """The condition on `booking` for a front-desk bucket; None without a bucket. Refused `INVALID_FILTER`."""
    if bucket not in BUCKETS:
        if bucket:
            raise invalid("bucket", bucket)
        return None
    if bucket in BUCKETS_OF_TODAY:
        return bucket_of_today(query.hotel, bucket, now)
    return status_condition(OF_BOOKINGS, bucket)


@cache
def status_condition(columns: CountedColumns, bucket: str) -> Condition | None:
    """The condition for a bucket that depends on the status alone; None without a bucket."""
    if not bucket:
        return None
    return one_of_constants(columns.status, STATUSES_OF_BUCKETS[bucket])


def bucket_of_today(hotel: str, bucket: str, now: datetime) -> Condition:
    """The condition for a bucket of today; its bookings have not ended.

    The hotel's time zone is read from the newest booking.
    """
    newest = sa.select(BOOKING.c.timezone).where(BOOKING.c.hotel == hotel).order_by(BOOKING.c.created_at.desc())
    today = sa.cast(sa.func.timezone(newest.limit(1).scalar_subquery(), now), sa.Date)
    in_house = BOOKING.c.status == Status.IN_HOUSE
    match bucket:
        case "arrivals":
            return (BOOKING.c.status == Status.CONFIRMED) & BOOKING.c.check_in.between(today - LONGEST_WAIT, today)
        case "departures":
            return in_house & (BOOKING.c.check_out == today)
        case _:
            return in_house & (BOOKING.c.checkout_deadline_at < now)


def invalid(field: str, value: str) -> Refusal:
    """The refusal `INVALID_FILTER` of a value."""
    return Refusal("INVALID_FILTER", f"{field} cannot be {value}.", errors=[{"field": field, "message": "unknown"}])


def _statuses(names: tuple[str, ...], status: sa.Column[Any]) -> Condition:
    """The statuses that the status filter names; without the filter, every status except `DRAFT`."""
    if not names:
        return status != Status.DRAFT
    statuses = {SYNONYMS.get(name, name) for name in names}
    if unknown := statuses - set(Status):
        raise invalid("status", ", ".join(sorted(unknown)))
    return one_of(status, sorted(statuses))
