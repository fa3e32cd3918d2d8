"""Daily rates: what a night costs instead of its type's base price, a range of nights at a time."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import WriteRates
from contracts.values import Permission
from gateway.bodies.terms import RateFilters, RateRange, Rates
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.terms import RateList, RatesWritten, rates, rates_written

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rates")

MANAGES = Permission.MANAGE_SETTINGS
REFUSES = ("ROOM_TYPE_NOT_FOUND", "BEYOND_HORIZON")


@routes.get("/", answers=RateList, needs=MANAGES, refuses=("ROOM_TYPE_NOT_FOUND",))
async def list_rates(call: Call, filters: Annotated[RateFilters, Query()]) -> Response:
    """The rates that are set, by date and type."""
    found = await call.ask(filters.query(call.hotel))
    return call.answer(rates(found, filters.wanted, call.query_params))


@routes.post("/", answers=RatesWritten, needs=MANAGES, refuses=REFUSES)
async def set_rates(call: Call, body: Rates) -> Response:
    """Set the price of every night between two dates, both included."""
    return call.answer(rates_written(await call.ask(WriteRates(hotel=call.hotel, **body.model_dump()))))


@routes.delete("/", answers=RatesWritten, status=200, needs=MANAGES, refuses=REFUSES)
async def clear_rates(call: Call, nights: Annotated[RateRange, Query()]) -> Response:
    """Let the base price hold again between two dates, both included."""
    return call.answer(rates_written(await call.ask(nights.command(call.hotel))))
