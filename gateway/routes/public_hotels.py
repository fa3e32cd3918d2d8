"""Hotels for anyone: the directory, a page, what is left, what it costs."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import CheckAvailability, GetHotel, GiveQuote, ListHotels
from gateway.bodies.stays import Paging, QuoteRequest, StayQuery
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import hotels as shapes
from gateway.shapes.paging import links

routes = Routes("hotels", audience=Audience.PUBLIC, under="/api/public/hotels")


@routes.get("/", answers=shapes.HotelList)
async def list_hotels(call: Call, paging: Annotated[Paging, Query()]) -> Response:
    """The directory of hotels."""
    found = (await call.ask(ListHotels())).hotels
    wanted = paging.wanted
    following, before = links(len(found), wanted, call.query_params)
    first = (wanted.page - 1) * wanted.page_size
    shown = tuple(shapes.hotel(page) for page in found[first : first + wanted.page_size])
    return call.answer(shapes.HotelList(count=len(found), next=following, previous=before, results=shown))


@routes.get("/{slug}/", answers=shapes.Hotel)
async def get_hotel(call: Call) -> Response:
    """A hotel's page."""
    return call.answer(shapes.hotel(await call.ask(GetHotel(hotel=call.hotel))))


@routes.get("/{slug}/settings/", answers=shapes.Hotel)
async def get_public_settings(call: Call) -> Response:
    """A hotel's public settings."""
    return call.answer(shapes.hotel(await call.ask(GetHotel(hotel=call.hotel))))


@routes.get("/{slug}/availability/", answers=shapes.Availability, refuses=("BEYOND_HORIZON",))
async def check_availability(call: Call, stay: Annotated[StayQuery, Query()]) -> Response:
    """What is left by room type on the nights from check-in up to check-out."""
    asked = CheckAvailability(hotel=call.hotel, **stay.model_dump())
    return call.answer(shapes.availability(await call.ask(asked), adults=stay.adults, children=stay.children))


@routes.post(
    "/{slug}/pricing/quote/",
    answers=shapes.Quote,
    refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO"),
)
async def quote_stay(call: Call, body: QuoteRequest) -> Response:
    """What a stay costs; a booking made with the quote keeps its price."""
    wanted = body.model_dump()
    asked = GiveQuote(hotel=call.hotel, room_type=wanted.pop("room_type_code"), **wanted)
    return call.answer(shapes.quote(await call.ask(asked)))
