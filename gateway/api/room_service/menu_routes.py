"""The room-service menu, kept by staff."""

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms import AddMenuItem, ChangeMenuItem, GetMenu, GetMenuItem, RemoveMenuItem
from contracts.values import Permission
from gateway.api.messages.requests import MenuItemChange, NewMenuItem
from gateway.api.room_service import responses as shapes
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("room service", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/menu")

UNKNOWN = ("MENU_ITEM_NOT_FOUND",)


def item_of(request: ApiRequest) -> int:
    """The path's menu item; refused `MENU_ITEM_NOT_FOUND`."""
    told = str(request.path_params["item_id"])
    if not (told.isascii() and told.isdigit() and len(told) <= 9):
        raise Refusal("MENU_ITEM_NOT_FOUND", "This is not on the menu.")
    return int(told)


@routes.get("/", response=shapes.Menu)
async def get_menu(request: ApiRequest) -> Response:
    """The menu, also what is not available at the moment."""
    return request.respond(shapes.menu(await request.ask(GetMenu(hotel=request.hotel))))


@routes.post("/", response=shapes.MenuItem, status=201, needs=Permission.MANAGE_SETTINGS)
async def add_menu_item(request: ApiRequest, body: NewMenuItem) -> Response:
    """Put something on the menu."""
    return request.respond(shapes.menu_item(await request.ask(AddMenuItem(hotel=request.hotel, **body.model_dump()))))


@routes.get("/{item_id}/", response=shapes.MenuItem, refuses=UNKNOWN)
async def get_menu_item(request: ApiRequest) -> Response:
    """One thing on the menu."""
    return request.respond(
        shapes.menu_item(await request.ask(GetMenuItem(hotel=request.hotel, item_id=item_of(request))))
    )


@routes.patch("/{item_id}/", response=shapes.MenuItem, needs=Permission.MANAGE_SETTINGS, refuses=UNKNOWN)
async def change_menu_item(request: ApiRequest, body: MenuItemChange) -> Response:
    """Change something on the menu. Orders keep the price that they were made at."""
    command = ChangeMenuItem(hotel=request.hotel, item_id=item_of(request), **body.model_dump(exclude_unset=True))
    return request.respond(shapes.menu_item(await request.ask(command)))


@routes.delete("/{item_id}/", response=None, status=204, needs=Permission.MANAGE_SETTINGS, refuses=UNKNOWN)
async def remove_menu_item(request: ApiRequest) -> Response:
    """Take something off the menu."""
    await request.ask(RemoveMenuItem(hotel=request.hotel, item_id=item_of(request)))
    return Response(status_code=204)
