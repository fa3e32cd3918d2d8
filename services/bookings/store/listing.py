"""The booking list of a hotel's staff: ordering, pages and counts."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.transactions.store import SqlStore, among
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import BookingList
from services.bookings.domain import views
from services.bookings.domain.booking import Booking, Guest
from services.bookings.store.listing_counts import COUNT, count_statement
from services.bookings.store.listing_filters import (
    GUEST_OF_BOOKING,
    HOTEL,
    Condition,
    bucket_condition,
    filters,
    invalid,
    shape_of,
    values_of,
)
from services.bookings.store.tables import BOOKING, GUEST

# The columns of each ordering, which are those of an index after the hotel; the id decides between equal rows.
ORDERINGS: dict[str, tuple[Any, ...]] = {
    "check_in": (BOOKING.c.check_in,),
    "check_out": (BOOKING.c.check_out,),
    "created_at": (BOOKING.c.created_at,),
    "total_amount": (BOOKING.c.total_amount,),
    "guest_name": (sa.func.left(GUEST.c.search, sa.literal_column("40")),),  # begins with the name
    "status": (BOOKING.c.status, BOOKING.c.check_in),
}
BY_GUEST = "guest_name"
# The columns that `views.row` reads; the others would be a third of the time in which a page is read.
READ = (
    *("id", "hotel", "confirmation_number", "room_type_code", "room_type_name", "assigned_room_number"),
    *("check_in", "check_out", "adults", "children", "terms", "created_at", "updated_at", "seen_at"),
    *("paid_at", "expires_at", "checkout_deadline_at"),
    *("payment_authorized_at", "approval_requested_at", "approval_deadline_at", "decision_made_at"),
)
OF_GUEST = ("first_name", "last_name", "email", "phone")
LISTED = sa.select(
    *(BOOKING.c[name] for name in (*READ, "status", "source")), *(GUEST.c[name] for name in OF_GUEST)
).join_from(BOOKING, GUEST, GUEST_OF_BOOKING)
NEWEST_FIRST = "-created_at"
LARGEST_PAGE = 100
SHAPES = 200  # for which the statements are kept
SIZE, SKIP = (sa.bindparam(name, type_=sa.Integer) for name in ("of_size", "of_skip"))


class SqlListing(SqlStore):
    """The bookings of every hotel."""

    def page(self, query: ListBookings, now: datetime) -> BookingList:
        """A page of the list, with bucket counts where requested. Refused `INVALID_FILTER`, `INVALID_ORDERING`."""
        values, shape = values_of(query, now), shape_of(query)
        page, size = query.page.page, query.page.page_size
        if page < 1 or not 1 <= size <= LARGEST_PAGE:
            raise invalid("page", f"{page} of {size}")
        order_of(query)
        counts = dict(self._connection.execute(_counting(shape), values).mappings().one())
        count = counts.pop(COUNT)
        skipped = (page - 1) * size
        if skipped >= count:
            return BookingList(count=count, results=(), counts=counts or None)
        from_end = is_nearer_the_end(skipped, count)
        values |= bounds(size, skipped, count, from_end=from_end)
        bookings = (_booking_of(row) for row in self._connection.execute(_paging(shape, from_end), values).mappings())
        rows = tuple(views.row(booking, now=now) for booking in bookings)
        return BookingList(count=count, results=rows, counts=counts or None)


def _booking_of(row: Any) -> Booking:
    """The booking of a row of the list, with the values that `views.row` reads and no others."""
    guest = Guest(**{name: row[name] for name in OF_GUEST})
    status, source = BookingStatus(row["status"]), BookingSource(row["source"])
    return Booking(**{name: row[name] for name in READ}, guest=guest, status=status, source=source)


@lru_cache(SHAPES)
def _counting(shape: ListBookings) -> sa.Select[Any]:
    return count_statement(shape)


@lru_cache(SHAPES)
def _paging(shape: ListBookings, from_end: bool) -> sa.Select[Any]:  # noqa: FBT001 (part of the cache's key)
    return page_statement(shape, from_end=from_end)


def list_condition(query: ListBookings) -> Condition:
    """The condition for the filters and the bucket of the query, whose parameters are `values_of` the query."""
    bucket = bucket_condition(query.bucket)
    return filters(query) if bucket is None else sa.and_(filters(query), bucket)


def order_of(query: ListBookings) -> tuple[tuple[Any, ...], bool]:
    """The columns by which the query orders, and whether they descend. Refused `INVALID_ORDERING`."""
    ordering = query.ordering or NEWEST_FIRST
    columns = ORDERINGS.get(ordering.removeprefix("-"))
    if columns is None:
        raise Refusal("INVALID_ORDERING", f"Bookings cannot be ordered by {ordering}.")
    return (*columns, BOOKING.c.id), ordering.startswith("-")


def is_nearer_the_end(skip: int, count: int) -> bool:
    """Whether the rows after the first `skip` of `count` are counted from the end of the list."""
    return skip > count - skip


def bounds(size: int, skip: int, count: int, *, from_end: bool) -> dict[str, Any]:
    """The parameters of a page beside `values_of` the query: its size, and the rows before it, from its end or not."""
    left = count - skip
    if from_end:
        return {SIZE.key: min(size, left), SKIP.key: max(left - size, 0)}
    return {SIZE.key: size, SKIP.key: skip}


def page_statement(query: ListBookings, *, from_end: bool) -> sa.Select[Any]:
    """Select the rows of a page, in the requested order. The parameters are `values_of` the query, and `bounds`.

    The ids of the page are found by an index, from the nearer end of the list; other rows are not read in full.
    """
    columns, descends = order_of(query)
    ids = sa.select(BOOKING.c.id).order_by(*_ordered(columns, descends=descends is not from_end))
    ids = ids.limit(SIZE).offset(SKIP)
    if columns[0] is ORDERINGS[BY_GUEST][0]:
        ids = ids.join(GUEST, GUEST_OF_BOOKING)
    on_page = among(BOOKING.c.id, ids.where(list_condition(query)).correlate(None))
    return LISTED.where(BOOKING.c.hotel == HOTEL, on_page).order_by(*_ordered(columns, descends=descends))


def _ordered(columns: tuple[Any, ...], *, descends: bool) -> tuple[Any, ...]:
    return tuple(column.desc() if descends else column for column in columns)
