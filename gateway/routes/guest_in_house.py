"""What a guest in house does from the room: look into the menu, order, leave the phone's push token."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import CancelOrder, GetOwnMenu, ListOrders, PlaceOrder, RegisterPushToken, WantedItem
from gateway.bodies.in_stay import CallingOff, NewOrder, PushToken
from gateway.bodies.stays import Paging
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import orders as shapes
from gateway.shapes.paging import links

routes = Routes("room service", audience=Audience.GUEST, under="/api/public/hotels/{slug}/room-bookings/{booking_id}")

AWAY = ("NOT_IN_HOUSE",)
AWAY_OR_ENDED = (*AWAY, "READ_ONLY_TOKEN")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Whether the house can reach the guest's phone."""

    booking_id: str
    registered: bool


@routes.get("/menu/", answers=shapes.Menu, refuses=AWAY_OR_ENDED)
async def get_own_menu(call: Call) -> Response:
    """What can be ordered now."""
    return call.answer(shapes.menu(await call.ask(GetOwnMenu(hotel=call.hotel, booking_id=call.booking_id))))


@routes.get("/orders/", answers=shapes.OrderList, refuses=AWAY_OR_ENDED)
async def list_own_orders(call: Call, paging: Annotated[Paging, Query()]) -> Response:
    """What the guest has ordered in this stay, newest first."""
    found = await call.ask(ListOrders(hotel=call.hotel, booking_id=call.booking_id, page=paging.wanted))
    return call.answer(shapes.order_list(found, links(found.count, paging.wanted, call.query_params), names=False))


@routes.post(
    "/orders/",
    answers=shapes.Order,
    status=201,
    refuses=(*AWAY, "MENU_ITEM_NOT_FOUND", "MENU_ITEM_UNAVAILABLE"),
)
async def place_order(call: Call, body: NewOrder) -> Response:
    """Order from the menu, at its prices of now. Once served, the total is owed at the desk."""
    items = tuple(WantedItem(item_id=each.item_id, quantity=each.quantity) for each in body.items)
    kept = await call.ask(PlaceOrder(hotel=call.hotel, booking_id=call.booking_id, items=items, note=body.note))
    return call.answer(shapes.order(kept, names=False))


@routes.post(
    "/orders/{order_id}/cancel/",
    answers=shapes.Order,
    refuses=("ORDER_NOT_FOUND", "ORDER_ACCEPTED", "ILLEGAL_TRANSITION"),
)
async def cancel_own_order(call: Call, body: CallingOff) -> Response:
    """Call an order off, until it is accepted."""
    order_id = call.path_params["order_id"]
    command = CancelOrder(hotel=call.hotel, order_id=order_id, booking_id=call.booking_id, reason=body.reason)
    return call.answer(shapes.order(await call.ask(command), names=False))


@routes.post("/push-token/", answers=Registered, refuses=AWAY)
async def register_push_token(call: Call, body: PushToken) -> Response:
    """Leave the phone's push token with the house for the stay; null takes it back."""
    command = RegisterPushToken(hotel=call.hotel, booking_id=call.booking_id, push_token=body.token)
    await call.ask(command)
    return call.answer(Registered(booking_id=call.booking_id, registered=body.token is not None))
