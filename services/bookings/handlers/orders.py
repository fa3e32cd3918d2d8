"""Guests in house order at the menu's prices; staff accept, serve, or call off."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import (
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
from contracts.rooms import PriceItems
from services.bookings.domain import access, orders
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked_by_id, own_hotel, seen
from services.bookings.work import BookingsWork


def place_order(command: PlaceOrder, conversation: KeyedConversation[BookingsWork]) -> Order:
    """Price it at rooms, then write it down, unless the guest has left meanwhile."""
    wanted = orders.quantities(command)
    with conversation.reading() as work:
        _at_home(work, hotel=command.hotel, booking_id=command.booking_id)
    priced = conversation.ask(PriceItems(hotel=command.hotel, quantities=dict(wanted)))
    with conversation.transaction() as work:
        booking = orders.in_house(locked_by_id(work, hotel=command.hotel, booking_id=command.booking_id))
        order = orders.placed(booking, priced, uuid4().hex, note=command.note.strip(), now=work.now)
        work.record(booking, (orders.begun(booking, order),), by=work.caller.actor, why=orders.summary(order))
        work.orders.add(booking.hotel, order)
        kept: Order = conversation.finish(work, order)
    return kept


def list_orders(query: ListOrders, work: BookingsWork) -> Orders:
    """The orders of guests in house; a guest's own, while they are."""
    if query.booking_id is None:
        own_hotel(query.hotel, work)
        return work.orders.listed(query)
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    if work.caller.kind == "guest":
        orders.in_house(booking)
    return work.orders.listed(query)


def accept_order(command: AcceptOrder, work: BookingsWork) -> Order:
    """Staff take it on."""
    booking, order = _locked(command, work)
    return _stepped(work, booking, order, orders.accept(booking, order, by=work.caller.actor, now=work.now))


def complete_order(command: CompleteOrder, work: BookingsWork) -> Order:
    """Served: what it costs is owed at the desk."""
    booking, order = _locked(command, work)
    return _stepped(work, booking, order, orders.complete(booking, order, by=work.caller.actor, now=work.now))


def cancel_order(command: CancelOrder, work: BookingsWork) -> Order:
    """Called off."""
    booking, order = _locked(command, work)
    steps = orders.cancel(booking, order, by=work.caller.actor, now=work.now)
    return _stepped(work, booking, order, steps, reason=command.reason.strip())


def _at_home(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    booking = seen(work, hotel=hotel, booking_id=booking_id)
    access.may_change(booking, work.caller)
    return orders.in_house(booking)


def _locked(command: OrderCommand, work: BookingsWork) -> tuple[Booking, Order]:
    """The order under its booking's lock, for staff, or for the guest whose it is. Refused `ORDER_NOT_FOUND`."""
    named = command.booking_id if isinstance(command, CancelOrder) else None
    if work.caller.kind == "guest":
        booking = locked_by_id(work, hotel=command.hotel, booking_id=named or "")
    else:
        own_hotel(command.hotel, work)
        known = work.orders.find(command.hotel, command.order_id)
        if known is None:
            raise _unknown()
        booking = locked_by_id(work, hotel=command.hotel, booking_id=known.booking_id)
    order = work.orders.find(command.hotel, command.order_id)
    if order is None or order.booking_id != booking.id:
        raise _unknown()
    access.may_change(booking, work.caller)
    return booking, order


def _stepped(
    work: BookingsWork, booking: Booking, order: Order, steps: Sequence[OrderEvent], *, reason: str = ""
) -> Order:
    for step in steps:
        order = replace(orders.after(order, step), reason=reason)
        work.record(booking, (step,), by=work.caller.actor, why=reason)
        work.orders.save(order)
    return order


def _unknown() -> Refusal:
    return Refusal("ORDER_NOT_FOUND", "There is no such order.")
