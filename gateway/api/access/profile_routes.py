"""Who a member of staff is."""

from starlette.responses import Response

from chassis.refusal import Refusal
from gateway.api.access.responses import Me, me
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("staff", audience=Audience.STAFF, under="/api/staff/hotels/{slug}")


@routes.get("/me/", response=Me)
async def get_me(request: ApiRequest) -> Response:
    """Profile, hotel, role, permissions and realtime channels."""
    if request.staff is None:
        raise Refusal("INVALID_TOKEN", "Sign in first: this needs a token.")
    page = await request.app_state.hotels.get(request.hotel)
    return request.respond(me(request.staff, page, await request.app_state.realtime.for_staff(request.hotel)))
