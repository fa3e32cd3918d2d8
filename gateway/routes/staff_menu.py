"""The room-service menu, kept by staff."""

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms import AddMenuItem, ChangeMenuItem, GetMenu, GetMenuItem, RemoveMenuItem
from contracts.values import Permission
from gateway.bodies.in_stay import MenuItemChange, NewMenuItem
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import orders as shapes

routes = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/menu")

UNKNOWN = ("MENU_ITEM_NOT_FOUND",)


def item_of(call: Call) -> int:
    """The path's menu item; refused `MENU_ITEM_NOT_FOUND`."""
    told = str(call.path_params["item_id"])
    if not (told.isascii() and told.isdigit() and len(told) <= 9):
        raise Refusal("MENU_ITEM_NOT_FOUND", "This is not on the menu.")
    return int(told)


@routes.get("/", answers=shapes.Menu)
async def get_menu(call: Call) -> Response:
    """The menu, also what is not available at the moment."""
    return call.answer(shapes.menu(await call.ask(GetMenu(hotel=call.hotel))))


@routes.post("/", answers=shapes.MenuItem, status=201, needs=Permission.MANAGE_SETTINGS)
async def add_menu_item(call: Call, body: NewMenuItem) -> Response:
    """Put something on the menu."""
    return call.answer(shapes.menu_item(await call.ask(AddMenuItem(hotel=call.hotel, **body.model_dump()))))


@routes.get("/{item_id}/", answers=shapes.MenuItem, refuses=UNKNOWN)
async def get_menu_item(call: Call) -> Response:
    """One thing on the menu."""
    return call.answer(shapes.menu_item(await call.ask(GetMenuItem(hotel=call.hotel, item_id=item_of(call)))))


@routes.patch("/{item_id}/", answers=shapes.MenuItem, needs=Permission.MANAGE_SETTINGS, refuses=UNKNOWN)
async def change_menu_item(call: Call, body: MenuItemChange) -> Response:
    """Change something on the menu. Orders keep the price that they were made at."""
    command = ChangeMenuItem(hotel=call.hotel, item_id=item_of(call), **body.model_dump(exclude_unset=True))
    return call.answer(shapes.menu_item(await call.ask(command)))


@routes.delete("/{item_id}/", answers=None, status=204, needs=Permission.MANAGE_SETTINGS, refuses=UNKNOWN)
async def remove_menu_item(call: Call) -> Response:
    """Take something off the menu."""
    await call.ask(RemoveMenuItem(hotel=call.hotel, item_id=item_of(call)))
    return Response(status_code=204)
