"""Room service for staff: what guests in house have ordered, and its steps."""

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.bookings import AcceptOrder, CancelOrder, CompleteOrder, ListOrders, OrderCommand, OrderStatus
from contracts.values import Permission
from gateway.bodies.fields import NoFields
from gateway.bodies.in_stay import CallingOff, OrderFilters
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import orders as shapes
from gateway.shapes.paging import links

routes = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}")

STEP: dict[str, Any] = {
    "answers": shapes.Order,
    "needs": Permission.CONTACT_GUESTS,
    "refuses": ("ORDER_NOT_FOUND", "ILLEGAL_TRANSITION"),
}


async def _listed(call: Call, filters: OrderFilters, booking_id: str | None) -> Response:
    if filters.status and filters.status not in set(OrderStatus):
        raise Refusal("INVALID_FILTER", "The filter status cannot be read.")
    status = OrderStatus(filters.status) if filters.status else None
    found = await call.ask(ListOrders(hotel=call.hotel, booking_id=booking_id, status=status, page=filters.wanted))
    return call.answer(shapes.order_list(found, links(found.count, filters.wanted, call.query_params), names=True))


async def _stepped(call: Call, command: OrderCommand) -> Response:
    return call.answer(shapes.order(await call.ask(command), names=True))


@routes.get("/orders/", answers=shapes.OrderList, needs=Permission.CONTACT_GUESTS, refuses=("INVALID_FILTER",))
async def list_orders(call: Call, filters: Annotated[OrderFilters, Query()]) -> Response:
    """The orders of guests in house, newest first."""
    return await _listed(call, filters, None)


@routes.get(
    "/room-bookings/{booking_id}/orders/",
    answers=shapes.OrderList,
    needs=Permission.CONTACT_GUESTS,
    refuses=("INVALID_FILTER",),
)
async def list_orders_of_booking(call: Call, filters: Annotated[OrderFilters, Query()]) -> Response:
    """What one guest in house has ordered. Of those who have left, the booking's timeline tells."""
    return await _listed(call, filters, call.booking_id)


@routes.post("/orders/{order_id}/accept/", **STEP)
async def accept_order(call: Call, _: NoFields) -> Response:
    """Take an order on."""
    return await _stepped(call, AcceptOrder(hotel=call.hotel, order_id=call.path_params["order_id"]))


@routes.post("/orders/{order_id}/complete/", **STEP)
async def complete_order(call: Call, _: NoFields) -> Response:
    """It is served: its total is owed at the desk, in the booking's `balance_due`."""
    return await _stepped(call, CompleteOrder(hotel=call.hotel, order_id=call.path_params["order_id"]))


@routes.post("/orders/{order_id}/cancel/", **STEP)
async def cancel_order(call: Call, body: CallingOff) -> Response:
    """It will not be served."""
    return await _stepped(
        call, CancelOrder(hotel=call.hotel, order_id=call.path_params["order_id"], reason=body.reason)
    )
