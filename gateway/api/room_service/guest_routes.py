"""What a guest in house does from the room: look into the menu, order, leave the phone's push token."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import CancelOrder, GetOwnMenu, ListOrders, PlaceOrder, RegisterPushToken, WantedItem
from gateway.api.messages.requests import CallingOff, NewOrder, PushToken
from gateway.api.room_service import responses as shapes
from gateway.http.pages import links
from gateway.http.paging import Paging
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("room service", audience=Audience.GUEST, under="/api/public/hotels/{slug}/room-bookings/{booking_id}")

AWAY = ("NOT_IN_HOUSE",)
AWAY_OR_ENDED = (*AWAY, "READ_ONLY_TOKEN")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Whether the house can reach the guest's phone."""

    booking_id: str
    registered: bool


@routes.get("/menu/", response=shapes.Menu, refuses=AWAY_OR_ENDED)
async def get_own_menu(request: ApiRequest) -> Response:
    """What can be ordered now."""
    return request.respond(
        shapes.menu(await request.ask(GetOwnMenu(hotel=request.hotel, booking_id=request.booking_id)))
    )


@routes.get("/orders/", response=shapes.OrderList, refuses=AWAY_OR_ENDED)
async def list_own_orders(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """What the guest has ordered in this stay, newest first."""
    found = await request.ask(ListOrders(hotel=request.hotel, booking_id=request.booking_id, page=paging.wanted))
    return request.respond(
        shapes.order_list(found, links(found.count, paging.wanted, request.query_params), names=False)
    )


@routes.post(
    "/orders/",
    response=shapes.Order,
    status=201,
    refuses=(*AWAY, "MENU_ITEM_NOT_FOUND", "MENU_ITEM_UNAVAILABLE"),
)
async def place_order(request: ApiRequest, body: NewOrder) -> Response:
    """Order from the menu, at its prices of now. Once served, the total is owed at the desk."""
    items = tuple(WantedItem(item_id=each.item_id, quantity=each.quantity) for each in body.items)
    kept = await request.ask(
        PlaceOrder(hotel=request.hotel, booking_id=request.booking_id, items=items, note=body.note)
    )
    return request.respond(shapes.order(kept, names=False))


@routes.post(
    "/orders/{order_id}/cancel/",
    response=shapes.Order,
    refuses=("ORDER_NOT_FOUND", "ORDER_ACCEPTED", "ILLEGAL_TRANSITION"),
)
async def cancel_own_order(request: ApiRequest, body: CallingOff) -> Response:
    """Call an order off, until it is accepted."""
    order_id = request.path_params["order_id"]
    command = CancelOrder(hotel=request.hotel, order_id=order_id, booking_id=request.booking_id, reason=body.reason)
    return request.respond(shapes.order(await request.ask(command), names=False))


@routes.post("/push-token/", response=Registered, refuses=AWAY)
async def register_push_token(request: ApiRequest, body: PushToken) -> Response:
    """Leave the phone's push token with the house for the stay; null takes it back."""
    command = RegisterPushToken(hotel=request.hotel, booking_id=request.booking_id, push_token=body.token)
    await request.ask(command)
    return request.respond(Registered(booking_id=request.booking_id, registered=body.token is not None))
