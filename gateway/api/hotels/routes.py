"""Hotels for the public, availability and quotes, and the settings that staff change."""

from starlette.responses import Response

from contracts.rooms.availability import CheckAvailability
from contracts.rooms.hotels import GetHotel, ListHotels
from contracts.rooms.quotes import GiveQuote
from contracts.rooms.settings import ChangeSettings, GetSettings, SettingsChange
from contracts.values import Permission
from gateway.api.hotels.requests import QuoteRequest, SettingsPatch, StayQuery, WholeSettings
from gateway.api.hotels.responses import (
    GuestQuote,
    PublicHotel,
    StaffSettings,
    StayAvailability,
    hotel,
    quote,
    staff_settings,
)
from gateway.http.fields import FromQuery
from gateway.http.pages import Paging, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes, staff_routes
from gateway.http.status_codes import NOT_FOR_A_CARD
from gateway.identity.admission import Audience

FOR_EVERYBODY = "public, max-age=5"  # seconds
public = Routes("hotels", audience=Audience.PUBLIC, under="/api/public/hotels")
settings = staff_routes("staff", "/settings", response=StaffSettings, etag=True)

MANAGE = Permission.MANAGE_SETTINGS


@public.get("/", response=page_of(PublicHotel), cache_control=FOR_EVERYBODY)
async def list_hotels(request: ApiRequest, paging: FromQuery[Paging]) -> Response:
    """List hotels."""
    hotels = (await request.ask(ListHotels())).hotels
    first = (paging.page - 1) * paging.page_size
    rows = hotels[first : first + paging.page_size]
    return request.respond_page(hotel, rows, count=len(hotels), paging=paging)


@public.get("/{slug}/", response=PublicHotel, cache_control=FOR_EVERYBODY)
async def get_hotel(request: ApiRequest) -> Response:
    """Retrieve a hotel."""
    return request.respond(hotel(await request.ask(request.for_path(GetHotel))))


@public.get("/{slug}/settings/", response=PublicHotel, cache_control=FOR_EVERYBODY)
async def get_public_settings(request: ApiRequest) -> Response:
    """Retrieve the public settings of a hotel."""
    return request.respond(hotel(await request.ask(request.for_path(GetHotel))))


@public.get("/{slug}/availability/", response=StayAvailability, refuses=("BEYOND_HORIZON",))
async def check_availability(request: ApiRequest, stay: FromQuery[StayQuery]) -> Response:
    """Check availability. Returns how many rooms of each type are available on all nights of the stay."""
    query = request.for_path(CheckAvailability, **stay.model_dump())
    return await request.answer(query, adults=stay.adults, children=stay.children)


@public.post(
    "/{slug}/pricing/quote/",
    response=GuestQuote,
    refuses=("BEYOND_HORIZON", "STAY_TOO_LONG", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", *NOT_FOR_A_CARD),
)
async def quote_stay(request: ApiRequest, body: QuoteRequest) -> Response:
    """Create a quote. Returns the price of a stay. A booking made with the quote keeps the price."""
    stay = body.model_dump(exclude={"room_type_code"})
    query = request.for_path(GiveQuote, room_type=body.room_type_code, **stay)
    return request.respond(quote(await request.ask(query)))


async def _change(request: ApiRequest, change: SettingsChange) -> Response:
    changed = await request.ask(request.for_path(ChangeSettings, change=change))
    return request.respond(staff_settings(changed), version=changed.version)


@settings.get("/")
async def get_settings(request: ApiRequest) -> Response:
    """Retrieve the settings of a hotel."""
    reply = await request.ask(request.for_path(GetSettings))
    return request.respond(staff_settings(reply), version=reply.version)


@settings.put("/", needs=MANAGE, refuses=("WOULD_OVERSELL",))
async def replace_settings(request: ApiRequest, body: WholeSettings) -> Response:
    """Replace the settings of a hotel. Existing bookings keep the terms that they were made with."""
    return await _change(request, body.whole(await request.app_state.hotels.get(request.hotel)))


@settings.patch("/", needs=MANAGE, refuses=("WOULD_OVERSELL",))
async def change_settings(request: ApiRequest, body: SettingsPatch) -> Response:
    """Update the settings of a hotel. Existing bookings keep the terms that they were made with."""
    return await _change(request, body.change())
