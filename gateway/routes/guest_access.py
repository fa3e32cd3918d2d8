"""From a mail's link to the booking: the one-time code becomes the guest's token."""

from starlette.responses import Response

from contracts.bookings import ExchangeCode
from gateway.bodies.access import MailedCode
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.guests import GuestAccess

routes = Routes("guest", audience=Audience.EXCHANGE, under="/api/guest")


@routes.post("/exchange/", answers=GuestAccess, keyed=False, refuses=("INVALID_CODE",))
async def exchange_code(call: Call, body: MailedCode) -> Response:
    """Turn a mailed code into the guest's token. It works once."""
    access = await call.ask(ExchangeCode(code=body.code))
    return call.answer(GuestAccess(**vars(access)), headers={"Cache-Control": "no-store"})
