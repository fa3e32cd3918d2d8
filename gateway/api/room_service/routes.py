"""Room service for staff: the orders of guests in house, and the menu."""

from starlette.responses import Response

from contracts.bookings.orders import AcceptOrder, CancelOrder, CompleteOrder, ListOrders
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, GetMenu, GetMenuItem, MenuItem, RemoveMenuItem
from contracts.values import Permission
from gateway.api.room_service.requests import MenuItemChange, NewMenuItem, OrderCancellation, OrderFilters
from gateway.api.room_service.responses import MenuItems, RoomServiceOrder
from gateway.http.fields import FromQuery, NoFields
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.http.views import view

CONTACT, MANAGE = Permission.CONTACT_GUESTS, Permission.MANAGE_SETTINGS
MENU_ITEM = view(MenuItem)
UNKNOWN_ITEM = ("MENU_ITEM_NOT_FOUND",)
ORDERS = page_of(RoomServiceOrder)
STEP_REFUSES = ("ORDER_NOT_FOUND", "ILLEGAL_TRANSITION")

orders = staff_routes("room service", response=RoomServiceOrder, needs=CONTACT)
menus = staff_routes("room service", "/menu", response=MENU_ITEM)


@orders.get("/orders/", response=ORDERS, refuses=("INVALID_FILTER",))
async def list_orders(request: ApiRequest, filters: FromQuery[OrderFilters]) -> Response:
    """List orders. Only orders of guests in house are listed, newest first."""
    return await request.answer_page(request.for_path(ListOrders, **filters.values), filters)


@orders.get("/room-bookings/{booking_id}/orders/", response=ORDERS, refuses=("INVALID_FILTER",))
async def list_orders_of_booking(request: ApiRequest, filters: FromQuery[OrderFilters]) -> Response:
    """List the orders of a booking.

    Orders are listed while the guest is in house. After the stay, the booking's timeline still contains them.
    """
    return await request.answer_page(request.for_path(ListOrders, **filters.values), filters)


@orders.post("/orders/{order_id}/accept/", refuses=STEP_REFUSES)
async def accept_order(request: ApiRequest, _: NoFields) -> Response:
    """Accept an order."""
    return await request.answer(request.for_path(AcceptOrder))


@orders.post("/orders/{order_id}/complete/", refuses=STEP_REFUSES)
async def complete_order(request: ApiRequest, _: NoFields) -> Response:
    """Complete an order. Adds the total to the booking's `balance_due`."""
    return await request.answer(request.for_path(CompleteOrder))


@orders.post("/orders/{order_id}/cancel/", refuses=STEP_REFUSES)
async def cancel_order(request: ApiRequest, body: OrderCancellation) -> Response:
    """Cancel an order."""
    return await request.answer(request.for_path(CancelOrder, reason=body.reason))


def _item_id(request: ApiRequest) -> int:
    return request.path_number("item_id", missing="MENU_ITEM_NOT_FOUND")


@menus.get("/", response=MenuItems)
async def get_menu(request: ApiRequest) -> Response:
    """Retrieve the menu. Includes items that are not available at the moment."""
    menu = await request.ask(request.for_path(GetMenu))
    return request.respond(MenuItems.of(menu, count=len(menu.items)))


@menus.post("/", status=201, needs=MANAGE)
async def add_menu_item(request: ApiRequest, body: NewMenuItem) -> Response:
    """Create a menu item."""
    return await request.answer(request.for_path(AddMenuItem, **body.model_dump()))


@menus.get("/{item_id}/", refuses=UNKNOWN_ITEM)
async def get_menu_item(request: ApiRequest) -> Response:
    """Retrieve a menu item."""
    return await request.answer(request.for_path(GetMenuItem, item_id=_item_id(request)))


@menus.patch("/{item_id}/", needs=MANAGE, refuses=UNKNOWN_ITEM)
async def change_menu_item(request: ApiRequest, body: MenuItemChange) -> Response:
    """Update a menu item. Existing orders keep the price at which they were placed."""
    changes = body.model_dump(exclude_unset=True)
    return await request.answer(request.for_path(ChangeMenuItem, item_id=_item_id(request), **changes))


@menus.delete("/{item_id}/", needs=MANAGE, refuses=UNKNOWN_ITEM)
async def remove_menu_item(request: ApiRequest) -> Response:
    """Delete a menu item."""
    return await request.answer(request.for_path(RemoveMenuItem, item_id=_item_id(request)))
