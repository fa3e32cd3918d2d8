"""A hotel's bookings as staff look through them: one page in one statement, all the numbers in another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings import BookingSource, BookingStatus, ListBookings
from services.bookings.domain.booking import Booking
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
    "guest_name": sa.func.lower(GUEST.c.first_name + " " + GUEST.c.last_name),
    "status": BOOKING.c.status,
}
NEWEST_FIRST = "-created_at"
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Listed:
    """One page, how many there are on all, and how many in each bucket where asked for."""

    bookings: list[Booking]
    count: int
    counts: dict[str, int] | None


def listed(connection: sa.Connection, query: ListBookings, now: datetime) -> Listed:
    """Refused `INVALID_FILTER`, `INVALID_ORDERING`."""
    base = _base(query)
    buckets = _buckets(query.hotel, now)
    if query.bucket and query.bucket not in buckets:
        raise _invalid("bucket", query.bucket)
    chosen = buckets[query.bucket] if query.bucket else sa.true()
    page, size = query.page.page, query.page.page_size
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise _invalid("page", f"{page} of {size}")
    rows = connection.execute(
        page_statement(query, sa.and_(base, chosen), size=size, skip=(page - 1) * size)
    ).mappings()
    bookings = [booking_of(row) for row in rows]
    if query.include_counts:
        counters = [sa.func.count().filter(condition).label(name) for name, condition in buckets.items()]
        numbers = _counted(connection, query, base, sa.func.count().filter(chosen).label("count"), *counters)
        return Listed(bookings, numbers.pop("count"), numbers)
    numbers = _counted(connection, query, sa.and_(base, chosen), sa.func.count().label("count"))
    return Listed(bookings, numbers["count"], None)


def page_statement(query: ListBookings, condition: Condition, *, size: int, skip: int = 0) -> sa.Select[Any]:
    """The rows in the order asked for; ties are broken so that pages neither repeat nor skip.

    Only the page's own rows are read whole: what is skipped to get there is skipped by id.
    """
    wanted = query.ordering or NEWEST_FIRST
    column = ORDERINGS.get(wanted.removeprefix("-"))
    if column is None:
        raise Refusal("INVALID_ORDERING", f"Bookings cannot be ordered by {wanted}.")
    order = (column.desc(), BOOKING.c.id.desc()) if wanted.startswith("-") else (column, BOOKING.c.id)
    ids = sa.select(BOOKING.c.id).where(condition).order_by(*order).limit(size).offset(skip)
    if query.search.strip() or column is ORDERINGS["guest_name"]:
        ids = ids.join(GUEST, GUEST.c.booking_id == BOOKING.c.id)
    return JOINED.where(BOOKING.c.id.in_(ids.correlate(None).scalar_subquery())).order_by(*order)


def _counted(connection: sa.Connection, query: ListBookings, condition: Condition, *numbers: Any) -> dict[str, int]:
    statement = sa.select(*numbers).select_from(BOOKING).where(condition)
    if query.search:
        statement = statement.join(GUEST, GUEST.c.booking_id == BOOKING.c.id)
    return dict(connection.execute(statement).mappings().one())


def _base(query: ListBookings) -> Condition:
    """Everything asked for but the bucket."""
    conditions: list[Condition] = [BOOKING.c.hotel == query.hotel, _statuses(query.status)]
    if query.start_date:
        conditions.append(BOOKING.c.check_in >= query.start_date)
    if query.end_date:
        conditions.append(BOOKING.c.check_out <= query.end_date)
    if query.search.strip():
        conditions.append(GUEST.c.hotel == query.hotel)
        conditions.append(GUEST.c.search.contains(query.search.strip().lower(), autoescape=True))
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


def _statuses(wanted: tuple[str, ...]) -> Condition:
    """Drafts are shown to who asks for them only."""
    if not wanted:
        return BOOKING.c.status != Status.DRAFT
    names = {SYNONYMS.get(name, name) for name in wanted}
    if unknown := names - set(Status):
        raise _invalid("status", ", ".join(sorted(unknown)))
    return BOOKING.c.status.in_(sorted(names))


def _buckets(hotel: str, now: datetime) -> dict[str, Condition]:
    """The boards of a front desk, by the hotel's own day: which zone that is, the newest booking says."""
    newest = sa.select(BOOKING.c.timezone).where(BOOKING.c.hotel == hotel).order_by(BOOKING.c.created_at.desc())
    today = sa.cast(sa.func.timezone(newest.limit(1).scalar_subquery(), now), sa.Date)
    status = BOOKING.c.status
    in_house = status == Status.IN_HOUSE
    return {
        "arrivals": (status == Status.CONFIRMED) & (BOOKING.c.check_in == today),
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
