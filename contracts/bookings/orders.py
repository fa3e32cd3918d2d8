"""Room service: orders of guests in house from the hotel's menu."""

from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk
from contracts.bookings.events import BookingEvent
from contracts.data import Data
from contracts.message import Command, Query
from contracts.values import Actor, Money, Page


class OrderStatus(StrEnum):
    """The statuses of a room-service order."""

    PLACED = "PLACED"
    ACCEPTED = "ACCEPTED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class OrderEvent(BookingEvent, abstract=True):
    """An event of one order. The event contains neither the items nor the note; consumers ask for both."""

    order_id: str
    order_status: OrderStatus
    room_number: str


class OrderPlaced(OrderEvent):
    """A guest in house placed an order."""

    placed_at: datetime


class OrderAccepted(OrderEvent):
    """Staff accepted the order."""

    accepted_at: datetime
    accepted_by: Actor


class OrderCompleted(OrderEvent):
    """The order was served. The guest pays the total at the desk; the card is never charged."""

    completed_at: datetime
    completed_by: Actor
    total: Money


class OrderCancelled(OrderEvent):
    """The order was cancelled by staff or guest, or because the guest has left."""

    cancelled_at: datetime
    cancelled_by: Actor


class OrderLine(Data):
    """One item of an order, with its quantity and its price at the time of the order."""

    item_id: int
    name: str
    quantity: int
    unit_price: Money
    amount: Money


class Order(Data):
    """One order. `room_number` is the guest's room at the time of the order."""

    id: str
    booking_id: str
    room_number: str
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    total: Money
    note: str
    placed_at: datetime
    accepted_at: datetime | None = None
    accepted_by: Actor | None = None
    closed_at: datetime | None = None
    closed_by: Actor | None = None
    reason: str = ""


class Orders(Data):
    """A page of orders, newest first."""

    count: int
    results: tuple[Order, ...]


class WantedItem(Data):
    """One menu item that the guest orders, and its quantity."""

    item_id: int
    quantity: int = 1


class PlaceOrder(BookingAsk, Command[Order]):
    """Place an order at the menu's current prices.

    Refused `NOT_IN_HOUSE`, `MENU_ITEM_NOT_FOUND`, `MENU_ITEM_UNAVAILABLE`.
    """

    items: tuple[WantedItem, ...]
    note: str = ""


class OrderCommand(Command[Order], abstract=True):
    """A command that moves one order to its next status; a repeated command changes nothing.

    A guest names the booking; staff may leave out `booking_id`. Refused `ILLEGAL_TRANSITION`, and `ORDER_NOT_FOUND`
    also for an order of another booking.
    """

    hotel: str
    order_id: str
    booking_id: str | None = None


class AcceptOrder(OrderCommand):
    """Accept the order."""


class CompleteOrder(OrderCommand):
    """Complete a served order; the order's total is added to the booking's `balance_due`."""


class CancelOrder(OrderCommand):
    """Cancel an order. Staff can cancel an open order; the guest can cancel until staff accept the order."""

    reason: str = ""


class ListOrders(Query[Orders]):
    """Return orders. Staff get the orders of a hotel or a booking; a guest in house gets the guest's own orders.

    The list contains only orders of guests in house; earlier orders are in the timelines of their bookings. Refused
    `NOT_IN_HOUSE`.
    """

    hotel: str
    booking_id: str | None = None
    status: OrderStatus | None = None
    page: Page = Page()
