"""Room service: the menu, and what is ordered from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import bookings, rooms
from contracts.values import Actor
from gateway.api.bookings.responses import Person
from gateway.http.money import major


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """Something that can be ordered, while it is available."""

    id: int
    name: str
    description: str
    category: str
    price: str
    currency: str
    is_available: bool


@dataclass(frozen=True, kw_only=True)
class Menu:
    """A hotel's menu, by category and name."""

    count: int
    results: tuple[MenuItem, ...]


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """Some of one thing, at the price that it had when it was ordered."""

    item_id: int
    name: str
    quantity: int
    unit_price: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. Its total is never taken from the card: once served, it is part of the booking's `balance_due`."""

    id: str
    booking_id: str
    room_number: str
    status: str
    items: tuple[OrderLine, ...]
    total: str
    currency: str
    note: str
    placed_at: datetime
    accepted_at: datetime | None
    accepted_by: Person | None
    closed_at: datetime | None
    closed_by: Person | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderList:
    """A page of orders, newest first."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Order, ...]


_SAME = ("id", "booking_id", "room_number", "status", "note", "placed_at", "accepted_at", "closed_at", "reason")


def menu_item(item: rooms.MenuItem) -> MenuItem:
    """One thing on the menu."""
    return MenuItem(**{**vars(item), "price": major(item.price), "currency": item.price.currency})


def menu(found: rooms.Menu) -> Menu:
    """The menu."""
    return Menu(count=len(found.items), results=tuple(menu_item(item) for item in found.items))


def order(kept: bookings.Order, *, names: bool) -> Order:
    """One order; `names` keeps those of staff."""
    same: dict[str, Any] = {name: getattr(kept, name) for name in _SAME}
    return Order(
        **same,
        items=tuple(_line(line) for line in kept.lines),
        total=major(kept.total),
        currency=kept.total.currency,
        accepted_by=_person(kept.accepted_by, names=names),
        closed_by=_person(kept.closed_by, names=names),
    )


def order_list(found: bookings.Orders, links: tuple[str | None, str | None], *, names: bool) -> OrderList:
    """A page of orders."""
    rows = tuple(order(kept, names=names) for kept in found.results)
    return OrderList(count=found.count, next=links[0], previous=links[1], results=rows)


def _line(line: bookings.OrderLine) -> OrderLine:
    return OrderLine(**{**vars(line), "unit_price": major(line.unit_price), "amount": major(line.amount)})


def _person(actor: Actor | None, *, names: bool) -> Person | None:
    if actor is None:
        return None
    return Person(kind=actor.kind, id=actor.id if names else None, name=actor.name if names else None)
