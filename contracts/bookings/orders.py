"""Room service: orders of guests in house from the hotel's menu."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor, Money, Page


class OrderStatus(StrEnum):
    """The statuses of an order."""

    PLACED = "PLACED"
    ACCEPTED = "ACCEPTED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class OrderEvent(BookingEvent, abstract=True):
    """An event of one order. Items and note are not in the event: consumers ask for them."""

    order_id: str
    order_status: OrderStatus
    room_number: str


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """A guest in house placed an order."""

    placed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderAccepted(OrderEvent):
    """Staff accepted the order."""

    accepted_at: datetime
    accepted_by: Actor


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(OrderEvent):
    """The order was served. Its total is settled at the desk, never charged to the card."""

    completed_at: datetime
    completed_by: Actor
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """The order was cancelled, or the guest has left."""

    cancelled_at: datetime
    cancelled_by: Actor


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A number of one item, at its price at the time of the order."""

    item_id: int
    name: str
    quantity: int
    unit_price: Money
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Order:
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


@dataclass(frozen=True, kw_only=True)
class Orders:
    """A page of orders, newest first."""

    count: int
    results: tuple[Order, ...]


@dataclass(frozen=True, kw_only=True)
class WantedItem:
    """A number of one menu item."""

    item_id: int
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(Command[Order]):
    """Place an order at the menu's current prices. Refused `NOT_IN_HOUSE`, and as `PriceItems`."""

    hotel: str
    booking_id: str
    items: tuple[WantedItem, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderCommand(Command[Order], abstract=True):
    """A step of one order. A repetition changes nothing. Refused `ORDER_NOT_FOUND`, `ILLEGAL_TRANSITION`."""

    hotel: str
    order_id: str


@dataclass(frozen=True, kw_only=True)
class AcceptOrder(OrderCommand):
    """Accept the order."""


@dataclass(frozen=True, kw_only=True)
class CompleteOrder(OrderCommand):
    """Complete the order: it was served, and its total is added to the booking's `balance_due`."""


@dataclass(frozen=True, kw_only=True)
class CancelOrder(OrderCommand):
    """Cancel the order: staff while it is open, the guest (with `booking_id`) until it is accepted."""

    booking_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ListOrders(Query[Orders]):
    """Return a hotel's or a booking's orders, for staff; guests see their own while in house.

    Only orders of guests in house; orders of other bookings are in their timelines. Refused `NOT_IN_HOUSE`.
    """

    hotel: str
    booking_id: str | None = None
    status: OrderStatus | None = None
    page: Page = Page()  # noqa: RUF009
