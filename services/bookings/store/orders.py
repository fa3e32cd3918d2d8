"""Room-service orders. A transaction that changes an order has locked the order's booking."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from chassis.database.arrays import one_of, one_of_constants
from chassis.transactions.store import SqlStore
from contracts.bookings.orders import ListOrders, Order, Orders, OrderStatus
from contracts.bookings.status import BookingStatus
from contracts.values import Money
from services.bookings.domain.booking import Booking
from services.bookings.store.paging import paged
from services.bookings.store.tables import BOOKING, ROOM_ORDER

_PLAIN = tuple(field.name for field in fields(Order) if field.name not in {"status", "total"})
_ORDER = ROOM_ORDER.c
OPEN = (OrderStatus.PLACED, OrderStatus.ACCEPTED)
_OF_HOTEL = _ORDER.hotel == sa.bindparam("of_hotel")
_SAME = _OF_HOTEL & (_ORDER.id == sa.bindparam("of_id"))
_ADD = ROOM_ORDER.insert()
_SAVE = ROOM_ORDER.update().where(_SAME)
_FIND = sa.select(ROOM_ORDER).where(_SAME)
_OPEN_OF = (
    sa.select(ROOM_ORDER)
    .where(_OF_HOTEL, _ORDER.booking_id == sa.bindparam("of_booking"), one_of_constants(_ORDER.status, OPEN))
    .order_by(_ORDER.placed_at, _ORDER.id)
)
_ERASE = ROOM_ORDER.delete().where(_OF_HOTEL, one_of(_ORDER.id, "of_ids"))


class SqlOrders(SqlStore):
    """The orders of every booking."""

    def add(self, hotel: str, order: Order) -> None:
        """Store a new order."""
        self._connection.execute(_ADD, {"hotel": hotel, **_row(order)})

    def save(self, hotel: str, order: Order) -> None:
        """Update the hotel's order."""
        self._connection.execute(_SAVE, {"of_hotel": hotel, "of_id": order.id, **_row(order)})

    def find(self, hotel: str, order_id: str) -> Order | None:
        """One of the hotel's orders, None where the hotel has no order with this id."""
        row = self._connection.execute(_FIND, {"of_hotel": hotel, "of_id": order_id}).first()
        return _order(row) if row else None

    def open_of(self, booking: Booking) -> list[Order]:
        """The booking's placed and accepted orders, oldest first."""
        rows = self._connection.execute(_OPEN_OF, {"of_hotel": booking.hotel, "of_booking": booking.id})
        return [_order(row) for row in rows]

    def erase(self, hotel: str, orders: Sequence[Order]) -> None:
        """Delete these orders of the hotel; the events of the orders remain."""
        if orders:
            self._connection.execute(_ERASE, {"of_hotel": hotel, "of_ids": [order.id for order in orders]})

    def page(self, query: ListOrders) -> Orders:
        """A page of the orders of guests in house, newest first."""
        in_house = BOOKING.c.status == BookingStatus.IN_HOUSE
        of_booking = (BOOKING.c.hotel == _ORDER.hotel) & (BOOKING.c.id == _ORDER.booking_id)
        statement = sa.select(ROOM_ORDER).join_from(ROOM_ORDER, BOOKING, of_booking)
        statement = statement.where(_ORDER.hotel == query.hotel, in_house)
        if query.booking_id is not None:
            statement = statement.where(_ORDER.booking_id == query.booking_id)
        if query.status is not None:
            statement = statement.where(_ORDER.status == query.status)
        rows, count = paged(self._connection, statement.order_by(_ORDER.placed_at.desc(), _ORDER.id), query.page)
        return Orders(count=count, results=tuple(_order(row) for row in rows))


def _row(order: Order) -> dict[str, Any]:
    plain = {name: getattr(order, name) for name in _PLAIN}
    return {**plain, "status": order.status, "total": order.total.amount, "currency": order.total.currency}


def _order(row: Any) -> Order:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Order(**plain, status=OrderStatus(row.status), total=Money(row.total, row.currency))
