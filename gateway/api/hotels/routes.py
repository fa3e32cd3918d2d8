"""A hotel's page and how it operates, as its staff see and change them."""

from starlette.responses import Response

from contracts.rooms import ChangeSettings, GetSettings, SettingsChange
from contracts.values import Permission
from gateway.api.hotels.requests import SettingsPatch, WholeSettings
from gateway.api.hotels.responses import StaffSettings, staff_settings
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("staff", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/settings")

MANAGES = Permission.MANAGE_SETTINGS


async def _changed(request: ApiRequest, change: SettingsChange) -> Response:
    found = await request.ask(ChangeSettings(hotel=request.hotel, change=change))
    return request.respond(staff_settings(found), version=found.version)


@routes.get("/", response=StaffSettings, etag=True)
async def get_settings(request: ApiRequest) -> Response:
    """The hotel's page and operating settings."""
    found = await request.ask(GetSettings(hotel=request.hotel))
    return request.respond(staff_settings(found), version=found.version)


@routes.put("/", response=StaffSettings, needs=MANAGES, refuses=("WOULD_OVERSELL",), etag=True)
async def replace_settings(request: ApiRequest, body: WholeSettings) -> Response:
    """Write the whole settings. Bookings that are made keep the terms that they were made with."""
    return await _changed(request, body.whole(await request.app_state.hotels.get(request.hotel)))


@routes.patch("/", response=StaffSettings, needs=MANAGES, refuses=("WOULD_OVERSELL",), etag=True)
async def change_settings(request: ApiRequest, body: SettingsPatch) -> Response:
    """Change some settings. Bookings that are made keep the terms that they were made with."""
    return await _changed(request, body.change())
