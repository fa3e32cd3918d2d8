"""Menus and orders."""

from dataclasses import dataclass

from contracts import bookings, rooms
from gateway.http.views import Json, View

_WATER = {"name": "Sparkling water", "description": "From our own spring.", "price": "4.50", "id": 7}


class MenuItem(View[rooms.MenuItem], examples=_WATER):
    """A menu item. Guests can order an item while `is_available` is true."""


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The menu of a hotel, by category and name."""

    count: int
    results: tuple[MenuItem, ...]


class OrderLine(View[bookings.OrderLine], currency=False, examples={"name": "Sparkling water", "amount": "9.00"}):
    """An item of an order, at its price when the order was placed."""


class Order(View[bookings.Order], rename={"lines": "items"}):
    """An order. The total of a completed order is added to `balance_due`, and never charged to the card."""


@dataclass(frozen=True, kw_only=True)
class PushTokenRegistered:
    """Whether the guest's phone has a push token."""

    booking_id: str
    registered: bool


def menu(reply: rooms.Menu) -> Json:
    """The menu of a hotel."""
    return {"count": len(reply.items), "results": [MenuItem.of(item) for item in reply.items]}
