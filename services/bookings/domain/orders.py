"""Room service: orders of guests in house, and the changes of an order's status."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.orders import (
    Order,
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderEvent,
    OrderLine,
    OrderPlaced,
    OrderStatus,
    PlaceOrder,
)
from contracts.bookings.status import BookingStatus
from contracts.fields import NOTE
from contracts.rooms.menu import PricedItems
from contracts.values import Actor, ActorKind, Money
from services.bookings.domain.booking import Booking
from services.bookings.domain.validation import field_errors, refuse_if, text_errors
from services.bookings.lifecycle import ORDERS

MOST_KINDS, MOST_OF_ONE = 30, 50


def in_house(booking: Booking) -> Booking:
    """The booking, if its guest is in house. Refused `NOT_IN_HOUSE`."""
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_IN_HOUSE", "This is for guests who have checked in.")
    return booking


def quantities(command: PlaceOrder) -> Mapping[int, int]:
    """The ordered quantities, keyed by item id, summed over lines of the same item. Refused `VALIDATION_ERROR`."""
    numbers: dict[int, int] = {}
    for each in command.items:
        numbers[each.item_id] = numbers.get(each.item_id, 0) + each.quantity
    errors = field_errors(
        (not 1 <= len(numbers) <= MOST_KINDS, "items", f"1 to {MOST_KINDS} different items"),
        (any(not 1 <= number <= MOST_OF_ONE for number in numbers.values()), "items", f"1 to {MOST_OF_ONE} of each"),
    )
    refuse_if(errors + text_errors(("note", command.note, NOTE)), "This cannot be ordered.")
    return numbers


def new_order(booking: Booking, priced: PricedItems, order_id: str, *, note: str, now: datetime) -> Order:
    """A new order at the menu's current prices."""
    lines = tuple(
        OrderLine(
            item_id=each.item.id,
            name=each.item.name,
            quantity=each.quantity,
            unit_price=each.item.price,
            amount=Money(each.item.price.amount * each.quantity, each.item.price.currency),
        )
        for each in priced.items
    )
    return Order(
        id=order_id,
        booking_id=booking.id,
        room_number=booking.assigned_room_number or "",
        status=ORDERS.after(None, OrderPlaced),
        lines=lines,
        total=sum((line.amount for line in lines), booking.nothing),
        note=note,
        placed_at=now,
    )


def placed(booking: Booking, order: Order) -> OrderPlaced:
    """The event of a new order."""
    return OrderPlaced(**_about(booking, order, order.status), placed_at=order.placed_at)


def accept(booking: Booking, order: Order, *, by: Actor, now: datetime) -> Sequence[OrderAccepted]:
    """Return `OrderAccepted`, or no event if the order is accepted already. Refused `ILLEGAL_TRANSITION`."""
    if order.status is OrderStatus.ACCEPTED:
        return ()
    status = ORDERS.after(order.status, OrderAccepted)
    return (OrderAccepted(**_about(booking, order, status), accepted_at=now, accepted_by=by),)


def complete(booking: Booking, order: Order, *, by: Actor, now: datetime) -> Sequence[OrderCompleted]:
    """Return `OrderCompleted`, or no event if the order is completed already. Refused `ILLEGAL_TRANSITION`."""
    if order.status is OrderStatus.COMPLETED:
        return ()
    status = ORDERS.after(order.status, OrderCompleted)
    return (OrderCompleted(**_about(booking, order, status), completed_at=now, completed_by=by, total=order.total),)


def cancel(booking: Booking, order: Order, *, by: Actor, now: datetime) -> Sequence[OrderCancelled]:
    """Return `OrderCancelled`, or no event if the order is cancelled already.

    Refused `ILLEGAL_TRANSITION`, and `ORDER_ACCEPTED` where a guest cancels an accepted order.
    """
    if order.status is OrderStatus.CANCELLED:
        return ()
    status = ORDERS.after(order.status, OrderCancelled)
    if by.kind is ActorKind.GUEST and order.status is OrderStatus.ACCEPTED:
        raise Refusal("ORDER_ACCEPTED", "The order is being prepared; ask the front desk.")
    return (OrderCancelled(**_about(booking, order, status), cancelled_at=now, cancelled_by=by),)


def evolve(order: Order, event: OrderEvent) -> Order:
    """The order after the event."""
    changes: dict[str, Any] = {"status": event.order_status}
    match event:
        case OrderAccepted():
            changes |= {"accepted_at": event.accepted_at, "accepted_by": event.accepted_by}
        case OrderCompleted():
            changes |= {"closed_at": event.completed_at, "closed_by": event.completed_by}
        case OrderCancelled():
            changes |= {"closed_at": event.cancelled_at, "closed_by": event.cancelled_by}
    return replace(order, **changes)


def summary(order: Order) -> str:
    """The order in one line, for the audit trail."""
    items = ", ".join(f"{line.quantity} x {line.name}" for line in order.lines)
    return f"{items}: {order.note}" if order.note else items


def _about(booking: Booking, order: Order, status: OrderStatus) -> dict[str, Any]:
    return {
        **booking.about,
        "order_id": order.id,
        "order_status": status,
        "room_number": booking.assigned_room_number or order.room_number,
    }
