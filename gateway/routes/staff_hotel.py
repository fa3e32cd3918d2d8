"""Who a member of staff is."""

from starlette.responses import Response

from chassis.refusal import Refusal
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.staff import Me, me

routes = Routes("staff", audience=Audience.STAFF, under="/api/staff/hotels/{slug}")


@routes.get("/me/", answers=Me)
async def get_me(call: Call) -> Response:
    """Profile, hotel, role, permissions and realtime channels."""
    if call.staff is None:
        raise Refusal("INVALID_TOKEN", "Sign in first: this needs a token.")
    page = await call.tools.hotels.get(call.hotel)
    return call.answer(me(call.staff, page, await call.tools.realtime.for_staff(call.hotel)))
