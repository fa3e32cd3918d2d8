"""The booking list of a hotel's staff: filters, ordering, pages and counts."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.text import search_key
from chassis.transactions.store import SqlStore
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import BookingList
from services.bookings.domain import views
from services.bookings.lifecycle import SYNONYMS
from services.bookings.store.bookings import JOINED, booking_of
from services.bookings.store.tables import BOOKING, GUEST

Status = BookingStatus
Condition = sa.ColumnElement[bool]

ORDERINGS: dict[str, Any] = {
    "check_in": BOOKING.c.check_in,
    "check_out": BOOKING.c.check_out,
    "created_at": BOOKING.c.created_at,
    "total_amount": BOOKING.c.total_amount,
    "guest_name": GUEST.c.search,  # begins with the name, without case and accents
    "status": BOOKING.c.status,
}
_GUEST_OF_BOOKING = (GUEST.c.hotel == BOOKING.c.hotel) & (GUEST.c.booking_id == BOOKING.c.id)
NEWEST_FIRST = "-created_at"
LARGEST_PAGE = 100
# Days from check-in to the no-show of the longest stay with an expected late arrival. The bound is for the planner.
LONGEST_WAIT = 366


class SqlListing(SqlStore):
    """The bookings of every hotel."""

    def page(self, query: ListBookings, now: datetime) -> BookingList:
        """A page of the list, with bucket counts where requested. Refused `INVALID_FILTER`, `INVALID_ORDERING`."""
        filters = _filters(query)
        buckets = _buckets(query.hotel, now)
        if query.bucket and query.bucket not in buckets:
            raise _invalid("bucket", query.bucket)
        bucket = buckets[query.bucket] if query.bucket else sa.true()
        page, size = query.page.page, query.page.page_size
        if page < 1 or not 1 <= size <= LARGEST_PAGE:
            raise _invalid("page", f"{page} of {size}")
        statement = page_statement(query, sa.and_(filters, bucket), size=size, skip=(page - 1) * size)
        bookings = (booking_of(row) for row in self._connection.execute(statement).mappings())
        rows = tuple(views.row(booking, now=now) for booking in bookings)
        if query.include_counts:
            counters = [sa.func.count().filter(condition).label(name) for name, condition in buckets.items()]
            counts = self._count(query, filters, sa.func.count().filter(bucket).label("count"), *counters)
            return BookingList(count=counts.pop("count"), results=rows, counts=counts)
        counts = self._count(query, sa.and_(filters, bucket), sa.func.count().label("count"))
        return BookingList(count=counts["count"], results=rows)

    def _count(self, query: ListBookings, condition: Condition, *counters: Any) -> dict[str, int]:
        statement = sa.select(*counters).select_from(BOOKING).where(condition)
        if search_key(query.search):
            statement = statement.join(GUEST, _GUEST_OF_BOOKING)
        return dict(self._connection.execute(statement).mappings().one())


def page_statement(query: ListBookings, condition: Condition, *, size: int, skip: int = 0) -> sa.Select[Any]:
    """Select the page's rows in the requested order; equal rows are ordered by id. Other rows are not read in full."""
    ordering = query.ordering or NEWEST_FIRST
    column = ORDERINGS.get(ordering.removeprefix("-"))
    if column is None:
        raise Refusal("INVALID_ORDERING", f"Bookings cannot be ordered by {ordering}.")
    order = (column.desc(), BOOKING.c.id.desc()) if ordering.startswith("-") else (column, BOOKING.c.id)
    ids = sa.select(BOOKING.c.id).where(condition).order_by(*order).limit(size).offset(skip)
    if search_key(query.search) or column is ORDERINGS["guest_name"]:
        ids = ids.join(GUEST, _GUEST_OF_BOOKING)
    on_page = BOOKING.c.id.in_(ids.correlate(None).scalar_subquery())
    return JOINED.where(BOOKING.c.hotel == query.hotel, on_page).order_by(*order)


def _filters(query: ListBookings) -> Condition:
    """The condition for all filters of the query, except its bucket."""
    conditions: list[Condition] = [BOOKING.c.hotel == query.hotel, _statuses(query.status)]
    if query.start_date:
        conditions.append(BOOKING.c.check_in >= query.start_date)
    if query.end_date:
        conditions.append(BOOKING.c.check_out <= query.end_date)
    if key := search_key(query.search):
        conditions.append(GUEST.c.hotel == query.hotel)
        conditions.append(GUEST.c.search.contains(key, autoescape=True))
    if query.room_number:
        conditions.append(BOOKING.c.assigned_room_number == query.room_number)
    if query.has_room_assigned is not None:
        has_room = BOOKING.c.assigned_room_number.is_not(None)
        conditions.append(has_room if query.has_room_assigned else ~has_room)
    if query.source:
        if query.source not in set(BookingSource):
            raise _invalid("source", query.source)
        conditions.append(BOOKING.c.source == query.source)
    return sa.and_(*conditions)


def _statuses(names: tuple[str, ...]) -> Condition:
    """The statuses that the status filter names; without the filter, every status except `DRAFT`."""
    if not names:
        return BOOKING.c.status != Status.DRAFT
    statuses = {SYNONYMS.get(name, name) for name in names}
    if unknown := statuses - set(Status):
        raise _invalid("status", ", ".join(sorted(unknown)))
    return BOOKING.c.status.in_(sorted(statuses))


def _buckets(hotel: str, now: datetime) -> dict[str, Condition]:
    """The condition of each front-desk bucket today. The hotel's time zone is read from the newest booking."""
    newest = sa.select(BOOKING.c.timezone).where(BOOKING.c.hotel == hotel).order_by(BOOKING.c.created_at.desc())
    today = sa.cast(sa.func.timezone(newest.limit(1).scalar_subquery(), now), sa.Date)
    status = BOOKING.c.status
    in_house = status == Status.IN_HOUSE
    return {
        "arrivals": (status == Status.CONFIRMED) & BOOKING.c.check_in.between(today - LONGEST_WAIT, today),
        "in_house": in_house,
        "departures": in_house & (BOOKING.c.check_out == today),
        "pending": status.in_((Status.PENDING_PAYMENT, Status.PENDING_APPROVAL)),
        "checked_out": status == Status.COMPLETED,
        "cancelled": status.in_((Status.CANCELLED, Status.DECLINED)),
        "expired": status == Status.EXPIRED,
        "no_show": status == Status.NO_SHOW,
        "overdue_checkout": in_house & (BOOKING.c.checkout_deadline_at < now),
    }


def _invalid(field: str, value: str) -> Refusal:
    return Refusal("INVALID_FILTER", f"{field} cannot be {value}.", errors=[{"field": field, "message": "unknown"}])
