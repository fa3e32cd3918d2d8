"""From a mail's link to the booking: the one-time code becomes the guest's token."""

from starlette.responses import Response

from contracts.bookings import ExchangeCode
from gateway.api.access.requests import MailedCode
from gateway.api.bookings.guest_responses import GuestAccess
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("guest", audience=Audience.EXCHANGE, under="/api/guest")


@routes.post("/exchange/", response=GuestAccess, idempotency_key=False, refuses=("INVALID_CODE",))
async def exchange_code(request: ApiRequest, body: MailedCode) -> Response:
    """Turn a mailed code into the guest's token. It works once."""
    access = await request.ask(ExchangeCode(code=body.code))
    return request.respond(GuestAccess(**vars(access)), headers={"Cache-Control": "no-store"})
