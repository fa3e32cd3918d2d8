"""A hotel's page and how it operates, as its staff see and change them."""

from starlette.responses import Response

from contracts.rooms import ChangeSettings, GetSettings, SettingsChange
from contracts.values import Permission
from gateway.bodies.settings import SettingsPatch, WholeSettings
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.hotels import StaffSettings, staff_settings

routes = Routes("staff", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/settings")

MANAGES = Permission.MANAGE_SETTINGS


async def _changed(call: Call, change: SettingsChange) -> Response:
    found = await call.ask(ChangeSettings(hotel=call.hotel, change=change))
    return call.answer(staff_settings(found), version=found.version)


@routes.get("/", answers=StaffSettings, etag=True)
async def get_settings(call: Call) -> Response:
    """The hotel's page and operating settings."""
    found = await call.ask(GetSettings(hotel=call.hotel))
    return call.answer(staff_settings(found), version=found.version)


@routes.put("/", answers=StaffSettings, needs=MANAGES, refuses=("WOULD_OVERSELL",), etag=True)
async def replace_settings(call: Call, body: WholeSettings) -> Response:
    """Write the whole settings. Bookings that are made keep the terms that they were made with."""
    return await _changed(call, body.whole(await call.tools.hotels.get(call.hotel)))


@routes.patch("/", answers=StaffSettings, needs=MANAGES, refuses=("WOULD_OVERSELL",), etag=True)
async def change_settings(call: Call, body: SettingsPatch) -> Response:
    """Change some settings. Bookings that are made keep the terms that they were made with."""
    return await _changed(call, body.change())
