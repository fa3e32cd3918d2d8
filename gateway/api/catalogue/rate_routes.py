"""Daily rates: what a night costs instead of its type's base price, a range of nights at a time."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import WriteRates
from contracts.values import Permission
from gateway.api.catalogue.requests import RateFilters, RateRange, Rates
from gateway.api.catalogue.responses import RateList, RatesWritten, rates, rates_written
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rates")

MANAGES = Permission.MANAGE_SETTINGS
REFUSES = ("ROOM_TYPE_NOT_FOUND", "BEYOND_HORIZON")


@routes.get("/", response=RateList, needs=MANAGES, refuses=("ROOM_TYPE_NOT_FOUND",))
async def list_rates(request: ApiRequest, filters: Annotated[RateFilters, Query()]) -> Response:
    """The rates that are set, by date and type."""
    found = await request.ask(filters.query(request.hotel))
    return request.respond(rates(found, filters.wanted, request.query_params))


@routes.post("/", response=RatesWritten, needs=MANAGES, refuses=REFUSES)
async def set_rates(request: ApiRequest, body: Rates) -> Response:
    """Set the price of every night between two dates, both included."""
    return request.respond(rates_written(await request.ask(WriteRates(hotel=request.hotel, **body.model_dump()))))


@routes.delete("/", response=RatesWritten, status=200, needs=MANAGES, refuses=REFUSES)
async def clear_rates(request: ApiRequest, nights: Annotated[RateRange, Query()]) -> Response:
    """Let the base price hold again between two dates, both included."""
    return request.respond(rates_written(await request.ask(nights.command(request.hotel))))
