"""Room service for staff: what guests in house have ordered, and its steps."""

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.bookings import AcceptOrder, CancelOrder, CompleteOrder, ListOrders, OrderCommand, OrderStatus
from contracts.values import Permission
from gateway.api.messages.requests import CallingOff, OrderFilters
from gateway.api.room_service import responses as shapes
from gateway.http.fields import NoFields
from gateway.http.pages import links
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}")

STEP: dict[str, Any] = {
    "response": shapes.Order,
    "needs": Permission.CONTACT_GUESTS,
    "refuses": ("ORDER_NOT_FOUND", "ILLEGAL_TRANSITION"),
}


async def _listed(request: ApiRequest, filters: OrderFilters, booking_id: str | None) -> Response:
    if filters.status and filters.status not in set(OrderStatus):
        raise Refusal("INVALID_FILTER", "The filter status cannot be read.")
    status = OrderStatus(filters.status) if filters.status else None
    found = await request.ask(
        ListOrders(hotel=request.hotel, booking_id=booking_id, status=status, page=filters.wanted)
    )
    return request.respond(
        shapes.order_list(found, links(found.count, filters.wanted, request.query_params), names=True)
    )


async def _stepped(request: ApiRequest, command: OrderCommand) -> Response:
    return request.respond(shapes.order(await request.ask(command), names=True))


@routes.get("/orders/", response=shapes.OrderList, needs=Permission.CONTACT_GUESTS, refuses=("INVALID_FILTER",))
async def list_orders(request: ApiRequest, filters: Annotated[OrderFilters, Query()]) -> Response:
    """The orders of guests in house, newest first."""
    return await _listed(request, filters, None)


@routes.get(
    "/room-bookings/{booking_id}/orders/",
    response=shapes.OrderList,
    needs=Permission.CONTACT_GUESTS,
    refuses=("INVALID_FILTER",),
)
async def list_orders_of_booking(request: ApiRequest, filters: Annotated[OrderFilters, Query()]) -> Response:
    """What one guest in house has ordered. Of those who have left, the booking's timeline tells."""
    return await _listed(request, filters, request.booking_id)


@routes.post("/orders/{order_id}/accept/", **STEP)
async def accept_order(request: ApiRequest, _: NoFields) -> Response:
    """Take an order on."""
    return await _stepped(request, AcceptOrder(hotel=request.hotel, order_id=request.path_params["order_id"]))


@routes.post("/orders/{order_id}/complete/", **STEP)
async def complete_order(request: ApiRequest, _: NoFields) -> Response:
    """It is served: its total is owed at the desk, in the booking's `balance_due`."""
    return await _stepped(request, CompleteOrder(hotel=request.hotel, order_id=request.path_params["order_id"]))


@routes.post("/orders/{order_id}/cancel/", **STEP)
async def cancel_order(request: ApiRequest, body: CallingOff) -> Response:
    """It will not be served."""
    return await _stepped(
        request, CancelOrder(hotel=request.hotel, order_id=request.path_params["order_id"], reason=body.reason)
    )
