"""Room service for the guest in house: the menu, orders, and the phone's push token."""

from starlette.responses import Response

from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.orders import CancelOrder, ListOrders, PlaceOrder, WantedItem
from gateway.api.room_service.requests import NewOrder, OrderCancellation, PushToken
from gateway.api.room_service.responses import MenuItems, PushTokenRegistered, RoomServiceOrder
from gateway.http.fields import FromQuery
from gateway.http.pages import Paging, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import guest_routes

routes = guest_routes("room service", response=RoomServiceOrder)

NOT_IN_HOUSE = ("NOT_IN_HOUSE",)
NOT_READABLE = (*NOT_IN_HOUSE, "BOOKING_ENDED")


@routes.get("/menu/", response=MenuItems, refuses=NOT_READABLE)
async def get_own_menu(request: ApiRequest) -> Response:
    """Retrieve the menu as a guest. Only available items are included."""
    menu = await request.ask(request.for_path(GetOwnMenu))
    return request.respond(MenuItems.of(menu, count=len(menu.items)))


@routes.get("/orders/", response=page_of(RoomServiceOrder), refuses=NOT_READABLE)
async def list_own_orders(request: ApiRequest, paging: FromQuery[Paging]) -> Response:
    """List the guest's orders. Only orders of this stay are listed, newest first."""
    return await request.answer_page(request.for_path(ListOrders, **paging.values), paging)


@routes.post("/orders/", status=201, refuses=(*NOT_IN_HOUSE, "MENU_ITEM_NOT_FOUND", "MENU_ITEM_UNAVAILABLE"))
async def place_order(request: ApiRequest, body: NewOrder) -> Response:
    """Place an order. The order keeps the current prices. The total is owed once the order is completed."""
    items = tuple(WantedItem(**each.model_dump()) for each in body.items)
    return await request.answer(request.for_path(PlaceOrder, items=items, note=body.note))


@routes.post("/orders/{order_id}/cancel/", refuses=("ORDER_NOT_FOUND", "ORDER_ACCEPTED", "ILLEGAL_TRANSITION"))
async def cancel_own_order(request: ApiRequest, body: OrderCancellation) -> Response:
    """Cancel the guest's order. A guest can cancel an order until staff accept it."""
    return await request.answer(request.for_path(CancelOrder, reason=body.reason))


@routes.post("/push-token/", response=PushTokenRegistered, refuses=NOT_IN_HOUSE)
async def register_push_token(request: ApiRequest, body: PushToken) -> Response:
    """Register a push token. Stores the push token of the guest's phone for the stay; null removes it."""
    await request.ask(request.for_path(RegisterPushToken, push_token=body.token))
    return request.respond(PushTokenRegistered(booking_id=request.booking_id, registered=body.token is not None))
