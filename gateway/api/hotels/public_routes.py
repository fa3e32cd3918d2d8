"""Hotels for anyone: the directory, a page, what is left, what it costs."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import CheckAvailability, GetHotel, GiveQuote, ListHotels
from gateway.api.hotels import responses as shapes
from gateway.http.pages import links
from gateway.http.paging import Paging, QuoteRequest, StayQuery
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("hotels", audience=Audience.PUBLIC, under="/api/public/hotels")


@routes.get("/", response=shapes.HotelList)
async def list_hotels(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """The directory of hotels."""
    found = (await request.ask(ListHotels())).hotels
    wanted = paging.wanted
    following, before = links(len(found), wanted, request.query_params)
    first = (wanted.page - 1) * wanted.page_size
    shown = tuple(shapes.hotel(page) for page in found[first : first + wanted.page_size])
    return request.respond(shapes.HotelList(count=len(found), next=following, previous=before, results=shown))


@routes.get("/{slug}/", response=shapes.Hotel)
async def get_hotel(request: ApiRequest) -> Response:
    """A hotel's page."""
    return request.respond(shapes.hotel(await request.ask(GetHotel(hotel=request.hotel))))


@routes.get("/{slug}/settings/", response=shapes.Hotel)
async def get_public_settings(request: ApiRequest) -> Response:
    """A hotel's public settings."""
    return request.respond(shapes.hotel(await request.ask(GetHotel(hotel=request.hotel))))


@routes.get("/{slug}/availability/", response=shapes.Availability, refuses=("BEYOND_HORIZON",))
async def check_availability(request: ApiRequest, stay: Annotated[StayQuery, Query()]) -> Response:
    """What is left by room type on the nights from check-in up to check-out."""
    asked = CheckAvailability(hotel=request.hotel, **stay.model_dump())
    return request.respond(shapes.availability(await request.ask(asked), adults=stay.adults, children=stay.children))


@routes.post(
    "/{slug}/pricing/quote/",
    response=shapes.Quote,
    refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO"),
)
async def quote_stay(request: ApiRequest, body: QuoteRequest) -> Response:
    """What a stay costs; a booking made with the quote keeps its price."""
    wanted = body.model_dump()
    asked = GiveQuote(hotel=request.hotel, room_type=wanted.pop("room_type_code"), **wanted)
    return request.respond(shapes.quote(await request.ask(asked)))
