"""The number of bookings on the booking list, and in each front-desk bucket.

Numbers by status, source and room are sums of `booking_count`, which the triggers of `booking` write. What else depends
on a date, a room or a search is counted from an index, whose range the filters bound. A list that only ends at a date
has all bookings but those that leave later: the later ones are counted, and subtracted.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa

from chassis.text import search_key
from contracts.bookings.queries import ListBookings
from services.bookings.store.listing_filters import (
    BUCKETS,
    BUCKETS_OF_TODAY,
    LAST,
    OF_BOOKINGS,
    OF_COUNTS,
    Condition,
    bucket_of_today,
    counted_filters,
    filters,
    status_condition,
)
from services.bookings.store.tables import BOOKING, BOOKING_COUNT

COUNT = "count"
Counts = tuple[list[Any], sa.FromClause]


def count_statement(query: ListBookings) -> sa.Select[Any]:
    """Select `count`, the length of the list, and where the query includes counts the count of each bucket by name.

    Its parameters are `values_of` the query, and more.
    """
    bucket_of: dict[str, str] = {COUNT: query.bucket}
    if query.include_counts:
        bucket_of |= {name: name for name in BUCKETS}
    of_today = {name: bucket for name, bucket in bucket_of.items() if bucket in BUCKETS_OF_TODAY}
    lasting = {name: bucket for name, bucket in bucket_of.items() if name not in of_today}
    listed = filters(query)
    columns: list[Any] = [_of_today(listed, bucket_of_today(bucket), name) for name, bucket in of_today.items()]
    if not lasting:
        return sa.select(*columns)
    is_counted = bool(query.start_date or query.room_number or search_key(query.search))
    counts, tables = _counted(listed, lasting) if is_counted else _summed(query, lasting)
    return sa.select(*columns, *counts).select_from(tables)


def _of_today(listed: Condition, condition: Condition, name: str) -> sa.Label[int]:
    """The number of the listed bookings that meet the condition."""
    return sa.select(sa.func.count()).select_from(BOOKING).where(listed, condition).scalar_subquery().label(name)


def _counted(listed: Condition, bucket_of: dict[str, str]) -> Counts:
    """The number of the listed bookings for each name."""
    counters = [_counter(name, bucket) for name, bucket in bucket_of.items()]
    statement = sa.select(*counters).select_from(BOOKING).where(listed)
    condition = status_condition(OF_BOOKINGS, bucket_of[COUNT]) if list(bucket_of) == [COUNT] else None
    if condition is not None:  # an index then has the bookings of the bucket alone
        statement = statement.where(condition)
    table = statement.subquery("listed")
    return [table.c[name] for name in bucket_of], table


def _summed(query: ListBookings, bucket_of: dict[str, str]) -> Counts:
    """The sum of the counts for each name; with a last date, less the bookings that leave later."""
    sums = [_sum(name, bucket) for name, bucket in bucket_of.items()]
    every = sa.select(*sums).where(counted_filters(query, OF_COUNTS)).subquery("every")
    if not query.end_date:
        return [every.c[name] for name in bucket_of], every
    counters = [_counter(name, bucket) for name, bucket in bucket_of.items()]
    is_later = counted_filters(query, OF_BOOKINGS) & (BOOKING.c.check_out > LAST)
    later = sa.select(*counters).select_from(BOOKING).where(is_later).subquery("later")
    return [(every.c[name] - later.c[name]).label(name) for name in bucket_of], every.join(later, sa.true())


@cache
def _counter(name: str, bucket: str) -> sa.Label[int]:
    condition, counted = status_condition(OF_BOOKINGS, bucket), sa.func.count()
    return (counted if condition is None else counted.filter(condition)).label(name)


@cache
def _sum(name: str, bucket: str) -> sa.Label[int]:
    condition, bookings = status_condition(OF_COUNTS, bucket), sa.func.sum(BOOKING_COUNT.c.bookings)
    return sa.func.coalesce(bookings if condition is None else bookings.filter(condition), 0).label(name)
