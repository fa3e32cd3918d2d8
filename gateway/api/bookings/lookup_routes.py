"""Finding a booking again, without telling anyone else that it is there."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import LookUpBookings
from gateway.api.bookings.lookup_responses import FoundBookings, found_bookings
from gateway.api.messages.requests import LookupQuery
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("bookings", audience=Audience.LOOKUP, under="/api/bookings")


@routes.get("/lookup/", response=FoundBookings, refuses=("MISSING_FIELD",))
async def look_up_bookings(request: ApiRequest, query: Annotated[LookupQuery, Query()]) -> Response:
    """Find bookings by e-mail and confirmation number.

    Both: the booking as its guest sees it, without secrets. The number alone: status, hotel and dates. An e-mail alone
    is always answered the same; if it has bookings, their links are mailed to it, at most once in ten minutes.
    """
    found = await request.ask(LookUpBookings(email=query.email, confirmation_number=query.confirmation_number))
    return request.respond(found_bookings(found), headers={"Cache-Control": "no-store"})
