"""Room-service orders. A transaction that changes an order has locked the order's booking."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

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


class SqlOrders(SqlStore):
    """The orders of every booking."""

    def add(self, hotel: str, order: Order) -> None:
        """Store a new order."""
        self._connection.execute(ROOM_ORDER.insert().values(hotel=hotel, **_row(order)))

    def save(self, hotel: str, order: Order) -> None:
        """Update the hotel's order."""
        same = (_ORDER.hotel == hotel) & (_ORDER.id == order.id)
        self._connection.execute(ROOM_ORDER.update().where(same).values(_row(order)))

    def find(self, hotel: str, order_id: str) -> Order | None:
        """One of the hotel's orders, None where the hotel has no order with this id."""
        statement = sa.select(ROOM_ORDER).where(_ORDER.id == order_id, _ORDER.hotel == hotel)
        row = self._connection.execute(statement).first()
        return _order(row) if row else None

    def open_of(self, booking: Booking) -> list[Order]:
        """The booking's placed and accepted orders, oldest first."""
        own = (_ORDER.hotel == booking.hotel) & (_ORDER.booking_id == booking.id)
        open_orders = sa.select(ROOM_ORDER).where(own, _ORDER.status.in_(OPEN))
        return [_order(row) for row in self._connection.execute(open_orders.order_by(_ORDER.placed_at, _ORDER.id))]

    def erase(self, hotel: str, orders: Sequence[Order]) -> None:
        """Delete these orders of the hotel; the events of the orders remain."""
        if orders:
            ids = [order.id for order in orders]
            self._connection.execute(ROOM_ORDER.delete().where(_ORDER.hotel == hotel, _ORDER.id.in_(ids)))

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
