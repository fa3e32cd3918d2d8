"""Room service: what guests in house order from the hotel's menu, and what staff make of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor, Money, Page


class OrderStatus(StrEnum):
    """Where an order stands."""

    PLACED = "PLACED"
    ACCEPTED = "ACCEPTED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class OrderEvent(BookingEvent, abstract=True):
    """A fact about one order. What was ordered, and the note with it, are asked for."""

    order_id: str
    order_status: OrderStatus
    room_number: str


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """A guest in house has ordered."""

    placed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderAccepted(OrderEvent):
    """Staff are at it."""

    accepted_at: datetime
    accepted_by: Actor


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(OrderEvent):
    """It is served. Its total is owed at the desk, never taken from the card."""

    completed_at: datetime
    completed_by: Actor
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """It will not be served: called off, or the guest has left."""

    cancelled_at: datetime
    cancelled_by: Actor


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """Some of one thing, at the price that it had when it was ordered."""

    item_id: int
    name: str
    quantity: int
    unit_price: Money
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. `room_number` is where it was ordered from."""

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
    """So many of a menu item."""

    item_id: int
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(Command[Order]):
    """Order from the menu, at its prices of now. Refused `NOT_IN_HOUSE` and as `PriceItems` is."""

    hotel: str
    booking_id: str
    items: tuple[WantedItem, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderCommand(Command[Order], abstract=True):
    """A step of one order. Asked again: the order as it is. Refused `ORDER_NOT_FOUND`, `ILLEGAL_TRANSITION`."""

    hotel: str
    order_id: str


@dataclass(frozen=True, kw_only=True)
class AcceptOrder(OrderCommand):
    """Staff take it on."""


@dataclass(frozen=True, kw_only=True)
class CompleteOrder(OrderCommand):
    """Staff have served it; its total goes to the booking's `balance_due`."""


@dataclass(frozen=True, kw_only=True)
class CancelOrder(OrderCommand):
    """Called off: by staff while it is open, by the guest (who names the booking) until it is accepted."""

    booking_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ListOrders(Query[Orders]):
    """A hotel's orders for its staff, or one booking's; guests see their own while in house.

    Only those of guests in house: what others had ordered stays in their bookings' timelines. Refused `NOT_IN_HOUSE`.
    """

    hotel: str
    booking_id: str | None = None
    status: OrderStatus | None = None
    page: Page = Page()  # noqa: RUF009
