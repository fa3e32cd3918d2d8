"""Hotels for the public, availability and quotes, and the settings that staff change."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms.availability import CheckAvailability
from contracts.rooms.hotels import GetHotel, ListHotels
from contracts.rooms.quotes import GiveQuote
from contracts.rooms.settings import ChangeSettings, GetSettings, SettingsChange
from contracts.values import Permission
from gateway.api.hotels.queries import QuoteRequest, StayQuery
from gateway.api.hotels.requests import SettingsPatch, WholeSettings
from gateway.api.hotels.responses import (
    GuestQuote,
    PublicHotel,
    StaffSettings,
    StayAvailability,
    hotel,
    quote,
    staff_settings,
)
from gateway.http.pages import Paging, Rows, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

public = Routes("hotels", audience=Audience.PUBLIC, under="/api/public/hotels")
settings = Routes("staff", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/settings")

MANAGE = Permission.MANAGE_SETTINGS


@public.get("/", response=page_of(PublicHotel))
async def list_hotels(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """List hotels."""
    hotels = (await request.ask(ListHotels())).hotels
    first = (paging.page - 1) * paging.page_size
    reply = Rows(len(hotels), hotels[first : first + paging.page_size])
    return request.respond_page(hotel, reply, paging)


@public.get("/{slug}/", response=PublicHotel)
async def get_hotel(request: ApiRequest) -> Response:
    """Retrieve a hotel."""
    return request.respond(hotel(await request.ask(GetHotel(hotel=request.hotel))))


@public.get("/{slug}/settings/", response=PublicHotel)
async def get_public_settings(request: ApiRequest) -> Response:
    """Retrieve the public settings of a hotel."""
    return request.respond(hotel(await request.ask(GetHotel(hotel=request.hotel))))


@public.get("/{slug}/availability/", response=StayAvailability, refuses=("BEYOND_HORIZON",))
async def check_availability(request: ApiRequest, stay: Annotated[StayQuery, Query()]) -> Response:
    """Check availability.

    Returns the number of available rooms of each room type on the nights from check-in up to check-out.
    """
    query = CheckAvailability(hotel=request.hotel, **stay.model_dump())
    return await request.answer(query, adults=stay.adults, children=stay.children)


@public.post(
    "/{slug}/pricing/quote/", response=GuestQuote, refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO")
)
async def quote_stay(request: ApiRequest, body: QuoteRequest) -> Response:
    """Create a quote.

    Prices a stay. A booking made with the quote keeps the price.
    """
    stay = body.model_dump(exclude={"room_type_code"})
    query = GiveQuote(hotel=request.hotel, room_type=body.room_type_code, **stay)
    return request.respond(quote(await request.ask(query)))


async def _change(request: ApiRequest, change: SettingsChange) -> Response:
    changed = await request.ask(ChangeSettings(hotel=request.hotel, change=change))
    return request.respond(staff_settings(changed), version=changed.version)


@settings.get("/", response=StaffSettings, etag=True)
async def get_settings(request: ApiRequest) -> Response:
    """Retrieve the settings of a hotel."""
    reply = await request.ask(GetSettings(hotel=request.hotel))
    return request.respond(staff_settings(reply), version=reply.version)


@settings.put("/", response=StaffSettings, needs=MANAGE, refuses=("WOULD_OVERSELL",), etag=True)
async def replace_settings(request: ApiRequest, body: WholeSettings) -> Response:
    """Replace the settings of a hotel.

    Existing bookings keep the terms that they were made with.
    """
    return await _change(request, body.whole(await request.app_state.hotels.get(request.hotel)))


@settings.patch("/", response=StaffSettings, needs=MANAGE, refuses=("WOULD_OVERSELL",), etag=True)
async def change_settings(request: ApiRequest, body: SettingsPatch) -> Response:
    """Update the settings of a hotel.

    Existing bookings keep the terms that they were made with.
    """
    return await _change(request, body.change())
