"""The booking list of a hotel's staff: ordering, pages and counts."""

from datetime import datetime
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
    Condition,
    bucket_condition,
    filters,
    invalid,
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


class SqlListing(SqlStore):
    """The bookings of every hotel."""

    def page(self, query: ListBookings, now: datetime) -> BookingList:
        """A page of the list, with bucket counts where requested. Refused `INVALID_FILTER`, `INVALID_ORDERING`."""
        condition = list_condition(query, now)
        page, size = query.page.page, query.page.page_size
        if page < 1 or not 1 <= size <= LARGEST_PAGE:
            raise invalid("page", f"{page} of {size}")
        order_of(query)
        counts = dict(self._connection.execute(count_statement(query, now)).mappings().one())
        count = counts.pop(COUNT)
        skipped = (page - 1) * size
        if skipped >= count:
            return BookingList(count=count, results=(), counts=counts or None)
        statement = page_statement(query, condition, size=size, skip=skipped, count=count)
        bookings = (_booking_of(row) for row in self._connection.execute(statement).mappings())
        rows = tuple(views.row(booking, now=now) for booking in bookings)
        return BookingList(count=count, results=rows, counts=counts or None)


def _booking_of(row: Any) -> Booking:
    """The booking of a row of the list, with the values that `views.row` reads and no others."""
    guest = Guest(**{name: row[name] for name in OF_GUEST})
    status, source = BookingStatus(row["status"]), BookingSource(row["source"])
    return Booking(**{name: row[name] for name in READ}, guest=guest, status=status, source=source)


def list_condition(query: ListBookings, now: datetime) -> Condition:
    """The condition for the filters and the bucket of the query. Refused `INVALID_FILTER`."""
    bucket = bucket_condition(query, query.bucket, now)
    return filters(query) if bucket is None else sa.and_(filters(query), bucket)


def order_of(query: ListBookings) -> tuple[tuple[Any, ...], bool]:
    """The columns by which the query orders, and whether they descend. Refused `INVALID_ORDERING`."""
    ordering = query.ordering or NEWEST_FIRST
    columns = ORDERINGS.get(ordering.removeprefix("-"))
    if columns is None:
        raise Refusal("INVALID_ORDERING", f"Bookings cannot be ordered by {ordering}.")
    return (*columns, BOOKING.c.id), ordering.startswith("-")


def page_statement(query: ListBookings, condition: Condition, *, size: int, skip: int, count: int) -> sa.Select[Any]:
    """Select `size` rows of a list of `count`, after the first `skip`, in the requested order.

    The ids of the page are found by an index, from the nearer end of the list; other rows are not read in full.
    """
    columns, descends = order_of(query)
    order = _ordered(columns, descends=descends)
    left = count - skip
    if skip > left:
        ids = sa.select(BOOKING.c.id).order_by(*_ordered(columns, descends=not descends))
        ids = ids.limit(min(size, left)).offset(max(left - size, 0))
    else:
        ids = sa.select(BOOKING.c.id).order_by(*order).limit(size).offset(skip)
    if columns[0] is ORDERINGS[BY_GUEST][0]:
        ids = ids.join(GUEST, GUEST_OF_BOOKING)
    on_page = among(BOOKING.c.id, ids.where(condition).correlate(None))
    return LISTED.where(BOOKING.c.hotel == query.hotel, on_page).order_by(*order)


def _ordered(columns: tuple[Any, ...], *, descends: bool) -> tuple[Any, ...]:
    return tuple(column.desc() if descends else column for column in columns)
