"""Menus and orders."""

from contracts.bookings.orders import Order, OrderLine
from contracts.data import Data
from contracts.rooms.menu import Menu
from gateway.http.views import View


class MenuItems(View[Menu], rename={"items": "results"}):
    """The menu of a hotel, ordered by category and name."""

    count: int


class OrderItem(View[OrderLine], currency=False, examples={"name": "Sparkling water", "amount": "9.00"}):
    """An item of an order, with the price at the time of the order."""


class RoomServiceOrder(View[Order], rename={"lines": "items"}):
    """An order. The total of a completed order is added to `balance_due`; the card is not charged."""


class PushTokenRegistered(Data):
    """Whether the guest's phone has a push token."""

    booking_id: str
    registered: bool
