"""Room service: orders of guests in house from the hotel's menu."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor, Money, Page


class OrderStatus(StrEnum):
    """The status of an order."""

    PLACED = "PLACED"
    ACCEPTED = "ACCEPTED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class OrderEvent(BookingEvent, abstract=True):
    """An event of one order. Items and note are not in the event."""

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
    """The order was served. Its total is owed at the desk, never charged to the card."""

    completed_at: datetime
    completed_by: Actor
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """The order was cancelled, or the guest checked out."""

    cancelled_at: datetime
    cancelled_by: Actor


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A quantity of one item, at the price of the time of the order."""

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
    """A quantity of a menu item."""

    item_id: int
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(Command[Order]):
    """Order from the menu at its present prices. Refused `NOT_IN_HOUSE`, and as `PriceItems`."""

    hotel: str
    booking_id: str
    items: tuple[WantedItem, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderCommand(Command[Order], abstract=True):
    """A step of one order; repeated, it changes nothing. Refused `ORDER_NOT_FOUND`, `ILLEGAL_TRANSITION`."""

    hotel: str
    order_id: str


@dataclass(frozen=True, kw_only=True)
class AcceptOrder(OrderCommand):
    """Accept the order."""


@dataclass(frozen=True, kw_only=True)
class CompleteOrder(OrderCommand):
    """Complete the order; its total is added to the booking's `balance_due`."""


@dataclass(frozen=True, kw_only=True)
class CancelOrder(OrderCommand):
    """Cancel an order: by staff while it is open, by the guest (with `booking_id`) until it is accepted."""

    booking_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ListOrders(Query[Orders]):
    """The orders of a hotel's guests in house, or of one booking; for staff, or a guest's own. Refused `NOT_IN_HOUSE`.

    Orders of guests who have left are in their bookings' timelines.
    """

    hotel: str
    booking_id: str | None = None
    status: OrderStatus | None = None
    page: Page = Page()  # noqa: RUF009
