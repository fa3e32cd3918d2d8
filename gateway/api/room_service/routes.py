"""Room service for staff: the orders of guests in house, and the menu."""

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.bookings.orders import AcceptOrder, CancelOrder, CompleteOrder, ListOrders, OrderStatus
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, GetMenu, GetMenuItem, MenuItem, RemoveMenuItem
from contracts.values import Permission
from gateway.api.room_service.requests import MenuItemChange, NewMenuItem, OrderCancellation, OrderFilters
from gateway.api.room_service.responses import MenuItems, RoomServiceOrder
from gateway.http.fields import NoFields, invalid_filter
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.http.views import view
from gateway.identity.admission import Audience

orders = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}")
menus = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/menu")

CONTACT, MANAGE = Permission.CONTACT_GUESTS, Permission.MANAGE_SETTINGS
MENU_ITEM = view(MenuItem)
UNKNOWN_ITEM = ("MENU_ITEM_NOT_FOUND",)
STEP: dict[str, Any] = {
    "response": RoomServiceOrder,
    "needs": CONTACT,
    "refuses": ("ORDER_NOT_FOUND", "ILLEGAL_TRANSITION"),
}


async def _list(request: ApiRequest, filters: OrderFilters, booking_id: str | None) -> Response:
    if filters.status and filters.status not in set(OrderStatus):
        raise invalid_filter("status")
    status = OrderStatus(filters.status) if filters.status else None
    query = ListOrders(hotel=request.hotel, booking_id=booking_id, status=status, page=filters.slice)
    return await request.answer_page(query, filters)


@orders.get("/orders/", response=page_of(RoomServiceOrder), needs=CONTACT, refuses=("INVALID_FILTER",))
async def list_orders(request: ApiRequest, filters: Annotated[OrderFilters, Query()]) -> Response:
    """List orders.

    The orders of guests in house, newest first.
    """
    return await _list(request, filters, None)


@orders.get(
    "/room-bookings/{booking_id}/orders/",
    response=page_of(RoomServiceOrder),
    needs=CONTACT,
    refuses=("INVALID_FILTER",),
)
async def list_orders_of_booking(request: ApiRequest, filters: Annotated[OrderFilters, Query()]) -> Response:
    """List the orders of a booking.

    Only orders of a guest in house are listed. Afterwards the orders remain in the booking's timeline.
    """
    return await _list(request, filters, request.booking_id)


@orders.post("/orders/{order_id}/accept/", **STEP)
async def accept_order(request: ApiRequest, _: NoFields) -> Response:
    """Accept an order."""
    return await request.answer(AcceptOrder(hotel=request.hotel, order_id=request.path_params["order_id"]))


@orders.post("/orders/{order_id}/complete/", **STEP)
async def complete_order(request: ApiRequest, _: NoFields) -> Response:
    """Complete an order.

    Adds the total to the booking's `balance_due`.
    """
    return await request.answer(CompleteOrder(hotel=request.hotel, order_id=request.path_params["order_id"]))


@orders.post("/orders/{order_id}/cancel/", **STEP)
async def cancel_order(request: ApiRequest, body: OrderCancellation) -> Response:
    """Cancel an order."""
    order_id = request.path_params["order_id"]
    return await request.answer(CancelOrder(hotel=request.hotel, order_id=order_id, reason=body.reason))


def item_id(request: ApiRequest) -> int:
    """The id of the menu item in the path; refused `MENU_ITEM_NOT_FOUND` where it is not a number."""
    text = str(request.path_params["item_id"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refusal("MENU_ITEM_NOT_FOUND", "The menu has no such item.")
    return int(text)


@menus.get("/", response=MenuItems)
async def get_menu(request: ApiRequest) -> Response:
    """Retrieve the menu.

    Includes items that are not available at the moment.
    """
    menu = await request.ask(GetMenu(hotel=request.hotel))
    return request.respond(MenuItems.of(menu, count=len(menu.items)))


@menus.post("/", response=MENU_ITEM, status=201, needs=MANAGE)
async def add_menu_item(request: ApiRequest, body: NewMenuItem) -> Response:
    """Create a menu item."""
    return await request.answer(AddMenuItem(hotel=request.hotel, **body.model_dump()))


@menus.get("/{item_id}/", response=MENU_ITEM, refuses=UNKNOWN_ITEM)
async def get_menu_item(request: ApiRequest) -> Response:
    """Retrieve a menu item."""
    return await request.answer(GetMenuItem(hotel=request.hotel, item_id=item_id(request)))


@menus.patch("/{item_id}/", response=MENU_ITEM, needs=MANAGE, refuses=UNKNOWN_ITEM)
async def change_menu_item(request: ApiRequest, body: MenuItemChange) -> Response:
    """Update a menu item.

    Existing orders keep the price at which they were placed.
    """
    changes = body.model_dump(exclude_unset=True)
    command = ChangeMenuItem(hotel=request.hotel, item_id=item_id(request), **changes)
    return await request.answer(command)


@menus.delete("/{item_id}/", needs=MANAGE, refuses=UNKNOWN_ITEM)
async def remove_menu_item(request: ApiRequest) -> Response:
    """Delete a menu item."""
    await request.ask(RemoveMenuItem(hotel=request.hotel, item_id=item_id(request)))
    return Response(status_code=204)
