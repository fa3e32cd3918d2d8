"""Room types, daily rates, promotions and cancellation policies of a hotel."""

from typing import Annotated, TypeVar

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.message import Ask
from contracts.rooms.policies import GetPolicy, ListPolicies, PolicyDefinition, RemovePolicy
from contracts.rooms.promotions import (
    AddPromotion,
    ChangePromotion,
    GetPromotion,
    ListPromotions,
    PromotionDefinition,
    RemovePromotion,
)
from contracts.rooms.rates import DailyRate, WriteRates
from contracts.rooms.room_types import (
    AddRoomType,
    ChangeRoomType,
    GetRoomType,
    ListRoomTypes,
    RemoveRoomType,
    RoomTypeView,
)
from contracts.values import Permission
from gateway.api.catalogue import requests
from gateway.api.catalogue.responses import ChangedRates
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.http.views import view
from gateway.identity.admission import Audience

Reply = TypeVar("Reply")

HOTEL = "/api/staff/hotels/{slug}"
MANAGE = Permission.MANAGE_SETTINGS
ROOM_TYPE, PROMOTION, POLICY = view(RoomTypeView), view(PromotionDefinition), view(PolicyDefinition)
UNKNOWN_POLICY, UNKNOWN_PROMOTION = ("POLICY_NOT_FOUND",), ("PROMOTION_NOT_FOUND",)
RATES_REFUSE = ("ROOM_TYPE_NOT_FOUND", "BEYOND_HORIZON")

room_types = Routes("terms", audience=Audience.STAFF, under=HOTEL + "/room-types")
rates = Routes("terms", audience=Audience.STAFF, under=HOTEL + "/rates")
promotions = Routes("terms", audience=Audience.STAFF, under=HOTEL + "/promotions")
policies = Routes("terms", audience=Audience.STAFF, under=HOTEL + "/cancellation-policies")


async def _ask_about_path(request: ApiRequest, message: Ask[Reply]) -> Reply:
    """Ask about the room type in the path; an unknown room type in a path is 404, while one in a body is 422."""
    try:
        return await request.ask(message)
    except Refusal as refusal:
        if refusal.code == "ROOM_TYPE_NOT_FOUND":
            raise Refusal("NOT_FOUND", refusal.message) from refusal
        raise


@room_types.get("/", response=page_of(RoomTypeView), needs=MANAGE)
async def list_room_types(request: ApiRequest, filters: Annotated[requests.Search, Query()]) -> Response:
    """List room types."""
    query = ListRoomTypes(hotel=request.hotel, search=filters.search.strip(), page=filters.slice)
    return await request.answer_page(query, filters)


@room_types.post("/", response=ROOM_TYPE, status=201, needs=MANAGE, refuses=("ROOM_TYPE_EXISTS",))
async def add_room_type(request: ApiRequest, body: requests.NewRoomType) -> Response:
    """Create a room type.

    A new room type has no rooms.
    """
    return await request.answer(AddRoomType(hotel=request.hotel, **body.model_dump()))


@room_types.get("/{code}/", response=ROOM_TYPE, needs=MANAGE, refuses=("NOT_FOUND",))
async def get_room_type(request: ApiRequest) -> Response:
    """Retrieve a room type."""
    query = GetRoomType(hotel=request.hotel, code=request.code)
    return request.respond(ROOM_TYPE.of(await _ask_about_path(request, query)))


@room_types.patch("/{code}/", response=ROOM_TYPE, needs=MANAGE, refuses=("NOT_FOUND",))
async def change_room_type(request: ApiRequest, body: requests.RoomTypeChanges) -> Response:
    """Update a room type.

    Existing bookings and quotes keep their price.
    """
    command = ChangeRoomType(hotel=request.hotel, code=request.code, clear=body.cleared, **body.values)
    return request.respond(ROOM_TYPE.of(await _ask_about_path(request, command)))


@room_types.delete("/{code}/", needs=MANAGE, refuses=("NOT_FOUND", "ROOM_TYPE_IN_USE"))
async def remove_room_type(request: ApiRequest) -> Response:
    """Delete a room type.

    The request is refused while the room type has rooms or future nights are sold.
    """
    await _ask_about_path(request, RemoveRoomType(hotel=request.hotel, code=request.code))
    return Response(status_code=204)


@rates.get("/", response=page_of(DailyRate), needs=MANAGE, refuses=("ROOM_TYPE_NOT_FOUND",))
async def list_rates(request: ApiRequest, filters: Annotated[requests.RateFilters, Query()]) -> Response:
    """List daily rates.

    By date and room type. Nights without a daily rate cost the base price.
    """
    return await request.answer_page(filters.query(request.hotel), filters)


@rates.post("/", response=ChangedRates, needs=MANAGE, refuses=RATES_REFUSE)
async def set_rates(request: ApiRequest, body: requests.Rates) -> Response:
    """Set daily rates.

    Sets the price of every night between two dates, both included.
    """
    return await request.answer(WriteRates(hotel=request.hotel, **body.model_dump()))


@rates.delete("/", response=ChangedRates, status=200, needs=MANAGE, refuses=RATES_REFUSE)
async def clear_rates(request: ApiRequest, nights: Annotated[requests.RateRange, Query()]) -> Response:
    """Delete daily rates.

    The base price applies again between two dates, both included.
    """
    return await request.answer(nights.command(request.hotel))


@promotions.get("/", response=page_of(PromotionDefinition), needs=MANAGE)
async def list_promotions(request: ApiRequest, filters: Annotated[requests.Search, Query()]) -> Response:
    """List promotions."""
    query = ListPromotions(hotel=request.hotel, search=filters.search.strip(), page=filters.slice)
    return await request.answer_page(query, filters)


@promotions.post("/", response=PROMOTION, status=201, needs=MANAGE, refuses=("PROMOTION_EXISTS",))
async def add_promotion(request: ApiRequest, body: requests.NewPromotion) -> Response:
    """Create a promotion."""
    command = AddPromotion(hotel=request.hotel, promotion=body.definition)
    return await request.answer(command)


@promotions.get("/{code}/", response=PROMOTION, needs=MANAGE, refuses=UNKNOWN_PROMOTION)
async def get_promotion(request: ApiRequest) -> Response:
    """Retrieve a promotion.

    The code may be in upper or lower case.
    """
    return await request.answer(GetPromotion(hotel=request.hotel, code=request.code))


@promotions.patch("/{code}/", response=PROMOTION, needs=MANAGE, refuses=UNKNOWN_PROMOTION)
async def change_promotion(request: ApiRequest, body: requests.PromotionChanges) -> Response:
    """Update a promotion.

    Existing bookings and quotes keep their price.
    """
    command = ChangePromotion(hotel=request.hotel, code=request.code, clear=body.cleared, **body.values)
    return await request.answer(command)


@promotions.delete("/{code}/", needs=MANAGE, refuses=UNKNOWN_PROMOTION)
async def remove_promotion(request: ApiRequest) -> Response:
    """Delete a promotion."""
    await request.ask(RemovePromotion(hotel=request.hotel, code=request.code))
    return Response(status_code=204)


@policies.get("/", response=page_of(PolicyDefinition), needs=MANAGE)
async def list_policies(request: ApiRequest, filters: Annotated[requests.Search, Query()]) -> Response:
    """List cancellation policies."""
    query = ListPolicies(hotel=request.hotel, search=filters.search.strip(), page=filters.slice)
    return await request.answer_page(query, filters)


@policies.post("/", response=POLICY, status=201, needs=MANAGE, refuses=("POLICY_EXISTS",))
async def add_policy(request: ApiRequest, body: requests.NewPolicy) -> Response:
    """Create a cancellation policy.

    With `is_standard`, it replaces the hotel's standard policy. Otherwise it applies only to room types that name it.
    """
    return await request.answer(body.command(request.hotel))


@policies.get("/{code}/", response=POLICY, needs=MANAGE, refuses=UNKNOWN_POLICY)
async def get_policy(request: ApiRequest) -> Response:
    """Retrieve a cancellation policy.

    The code may be in upper or lower case.
    """
    return await request.answer(GetPolicy(hotel=request.hotel, code=request.code))


@policies.patch("/{code}/", response=POLICY, needs=MANAGE, refuses=UNKNOWN_POLICY)
async def change_policy(request: ApiRequest, body: requests.PolicyChanges) -> Response:
    """Update a cancellation policy.

    Existing bookings keep their terms.
    """
    return await request.answer(body.command(request.hotel, request.code))


@policies.delete("/{code}/", needs=MANAGE, refuses=(*UNKNOWN_POLICY, "POLICY_IN_USE"))
async def remove_policy(request: ApiRequest) -> Response:
    """Delete a cancellation policy.

    The request is refused while the policy is the standard policy or a room type names the policy.
    """
    await request.ask(RemovePolicy(hotel=request.hotel, code=request.code))
    return Response(status_code=204)
