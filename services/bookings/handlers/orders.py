"""Room service: guests in house place orders from the menu, and staff accept, complete or cancel the orders."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.orders import (
    AcceptOrder,
    CancelOrder,
    CompleteOrder,
    ListOrders,
    Order,
    OrderCommand,
    OrderEvent,
    Orders,
    PlaceOrder,
)
from contracts.rooms.menu import PriceItems
from services.bookings.domain import access, orders
from services.bookings.domain.booking import Booking
from services.bookings.steps.booking_access import live, locked_by_id
from services.bookings.work import BookingsWork


def place_order(command: PlaceOrder, conversation: KeyedConversation[BookingsWork]) -> Order:
    """Ask the rooms service for the prices, then store the order.

    Refused `NOT_IN_HOUSE`. The rooms service refuses an item that is unknown or unavailable.
    """
    quantities = orders.quantities(command)
    with conversation.reading() as work:
        orders.in_house(live(work, hotel=command.hotel, booking_id=command.booking_id))
    priced = conversation.ask(PriceItems(hotel=command.hotel, quantities=dict(quantities)))
    with conversation.transaction() as work:
        booking = orders.in_house(locked_by_id(work, hotel=command.hotel, booking_id=command.booking_id))
        order = orders.new_order(booking, priced, uuid4().hex, note=command.note.strip(), now=work.now)
        work.record(booking, (orders.placed(booking, order),), by=work.caller.actor, remark=orders.summary(order))
        work.orders.add(booking.hotel, order)
        reply: Order = conversation.finish(work, order)
    return reply


def list_orders(query: ListOrders, work: BookingsWork) -> Orders:
    """A page of the orders of guests in house. A guest receives only the guest's own orders."""
    if query.booking_id is None:
        access.require_own_hotel(query.hotel, work.caller)
        return work.orders.page(query)
    booking = live(work, hotel=query.hotel, booking_id=query.booking_id)
    if work.caller.kind == "guest":
        orders.in_house(booking)
    return work.orders.page(query)


def accept_order(command: AcceptOrder, work: BookingsWork) -> Order:
    """Accept the order. Refused `PERMISSION_DENIED` for a guest."""
    access.staff_only(work.caller)
    booking, order = _locked(command, work)
    return _record(work, booking, order, orders.accept(booking, order, by=work.caller.actor, now=work.now))


def complete_order(command: CompleteOrder, work: BookingsWork) -> Order:
    """Complete the order, whose total the guest then owes at the desk. Refused `PERMISSION_DENIED` for a guest."""
    access.staff_only(work.caller)
    booking, order = _locked(command, work)
    return _record(work, booking, order, orders.complete(booking, order, by=work.caller.actor, now=work.now))


def cancel_order(command: CancelOrder, work: BookingsWork) -> Order:
    """Cancel the order; staff can cancel an open order, a guest only an order that staff have not accepted."""
    booking, order = _locked(command, work)
    events = orders.cancel(booking, order, by=work.caller.actor, now=work.now)
    return _record(work, booking, order, events, reason=command.reason.strip())


def _locked(command: OrderCommand, work: BookingsWork) -> tuple[Booking, Order]:
    """The order, for staff or the booking's guest. The order's booking is locked.

    Refused `ORDER_NOT_FOUND` for an unknown order, and for an order of another booking than `booking_id`.
    """
    booking_id = command.booking_id or _booking_of(command, work)
    booking = locked_by_id(work, hotel=command.hotel, booking_id=booking_id)
    order = work.orders.find(command.hotel, command.order_id)
    if order is None or order.booking_id != booking.id:
        raise _not_found()
    return booking, order


def _booking_of(command: OrderCommand, work: BookingsWork) -> str:
    """The booking of the order, for staff, who need not name the booking."""
    access.require_own_hotel(command.hotel, work.caller)
    order = work.orders.find(command.hotel, command.order_id)
    if order is None:
        raise _not_found()
    return order.booking_id


def _record(
    work: BookingsWork, booking: Booking, order: Order, events: Sequence[OrderEvent], *, reason: str = ""
) -> Order:
    for event in events:
        order = replace(orders.evolve(order, event), reason=reason)
        work.record(booking, (event,), by=work.caller.actor, remark=reason)
        work.orders.save(booking.hotel, order)
    return order


def _not_found() -> Refusal:
    return Refusal("ORDER_NOT_FOUND", "There is no such order.")
