"""Room types, daily rates, promotions and cancellation policies of a hotel."""

from typing import Any

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.message import Ask
from contracts.rooms.policies import AddPolicy, ChangePolicy, GetPolicy, ListPolicies, PolicyDefinition, RemovePolicy
from contracts.rooms.promotions import (
    AddPromotion,
    ChangePromotion,
    GetPromotion,
    ListPromotions,
    PromotionDefinition,
    RemovePromotion,
)
from contracts.rooms.rates import DailyRate, ListRates, WriteRates
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
from gateway.http.fields import FromQuery
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.http.views import view

MANAGE = Permission.MANAGE_SETTINGS
ROOM_TYPE, PROMOTION, POLICY = view(RoomTypeView), view(PromotionDefinition), view(PolicyDefinition)
UNKNOWN_POLICY, UNKNOWN_PROMOTION = ("POLICY_NOT_FOUND",), ("PROMOTION_NOT_FOUND",)
RATES_REFUSE = ("ROOM_TYPE_NOT_FOUND", "BEYOND_HORIZON")

room_types = staff_routes("terms", "/room-types", response=ROOM_TYPE, needs=MANAGE)
rates = staff_routes("terms", "/rates", response=ChangedRates, needs=MANAGE)
promotions = staff_routes("terms", "/promotions", response=PROMOTION, needs=MANAGE)
policies = staff_routes("terms", "/cancellation-policies", response=POLICY, needs=MANAGE)


async def _answer_about_room_type(request: ApiRequest, message: Ask[Any]) -> Response:
    """Send an ask about the path's room type, and respond. If that room type is unknown, the status is 404, not 422."""
    try:
        return await request.answer(message)
    except Refusal as refusal:
        if refusal.code == "ROOM_TYPE_NOT_FOUND":
            raise Refusal("NOT_FOUND", refusal.message) from refusal
        raise


@room_types.get("/", response=page_of(RoomTypeView))
async def list_room_types(request: ApiRequest, filters: FromQuery[requests.Search]) -> Response:
    """List room types."""
    return await request.answer_page(request.for_path(ListRoomTypes, **filters.values), filters)


@room_types.post("/", status=201, refuses=("ROOM_TYPE_EXISTS",))
async def add_room_type(request: ApiRequest, body: requests.NewRoomType) -> Response:
    """Create a room type. A new room type has no rooms."""
    return await request.answer(request.for_path(AddRoomType, **body.model_dump()))


@room_types.get("/{code}/", refuses=("NOT_FOUND",))
async def get_room_type(request: ApiRequest) -> Response:
    """Retrieve a room type."""
    return await _answer_about_room_type(request, request.for_path(GetRoomType))


@room_types.patch("/{code}/", refuses=("NOT_FOUND",))
async def change_room_type(request: ApiRequest, body: requests.RoomTypeChanges) -> Response:
    """Update a room type. Existing bookings and quotes keep their price."""
    return await _answer_about_room_type(request, request.for_path(ChangeRoomType, **body.changes))


@room_types.delete("/{code}/", refuses=("NOT_FOUND", "ROOM_TYPE_IN_USE"))
async def remove_room_type(request: ApiRequest) -> Response:
    """Delete a room type. Refused while the room type has rooms, or while any of its future nights are sold."""
    return await _answer_about_room_type(request, request.for_path(RemoveRoomType))


@rates.get("/", response=page_of(DailyRate), refuses=("ROOM_TYPE_NOT_FOUND",))
async def list_rates(request: ApiRequest, filters: FromQuery[requests.RateFilters]) -> Response:
    """List daily rates. Ordered by date and room type. Nights without a daily rate cost the base price."""
    return await request.answer_page(request.for_path(ListRates, **filters.values), filters)


@rates.post("/", refuses=RATES_REFUSE)
async def set_rates(request: ApiRequest, body: requests.Rates) -> Response:
    """Set daily rates. Sets the price of every night between two dates, both included."""
    return await request.answer(request.for_path(WriteRates, **body.model_dump()))


@rates.delete("/", response=ChangedRates, status=200, refuses=RATES_REFUSE)
async def clear_rates(request: ApiRequest, nights: FromQuery[requests.RateRange]) -> Response:
    """Delete daily rates from the first to the last date, both included. The base price applies again."""
    return await request.answer(request.for_path(WriteRates, price=None, **nights.model_dump()))


@promotions.get("/", response=page_of(PromotionDefinition))
async def list_promotions(request: ApiRequest, filters: FromQuery[requests.Search]) -> Response:
    """List promotions."""
    return await request.answer_page(request.for_path(ListPromotions, **filters.values), filters)


@promotions.post("/", status=201, refuses=("PROMOTION_EXISTS",))
async def add_promotion(request: ApiRequest, body: requests.NewPromotion) -> Response:
    """Create a promotion."""
    promotion = PromotionDefinition(**body.model_dump())
    return await request.answer(request.for_path(AddPromotion, promotion=promotion))


@promotions.get("/{code}/", refuses=UNKNOWN_PROMOTION)
async def get_promotion(request: ApiRequest) -> Response:
    """Retrieve a promotion. The code may be in upper or lower case."""
    return await request.answer(request.for_path(GetPromotion))


@promotions.patch("/{code}/", refuses=UNKNOWN_PROMOTION)
async def change_promotion(request: ApiRequest, body: requests.PromotionChanges) -> Response:
    """Update a promotion. Existing bookings and quotes keep their price."""
    return await request.answer(request.for_path(ChangePromotion, **body.changes))


@promotions.delete("/{code}/", refuses=UNKNOWN_PROMOTION)
async def remove_promotion(request: ApiRequest) -> Response:
    """Delete a promotion."""
    return await request.answer(request.for_path(RemovePromotion))


@policies.get("/", response=page_of(PolicyDefinition))
async def list_policies(request: ApiRequest, filters: FromQuery[requests.Search]) -> Response:
    """List cancellation policies."""
    return await request.answer_page(request.for_path(ListPolicies, **filters.values), filters)


@policies.post("/", status=201, refuses=("POLICY_EXISTS",))
async def add_policy(request: ApiRequest, body: requests.NewPolicy) -> Response:
    """Create a cancellation policy. With `is_standard`, the policy replaces the hotel's standard policy."""
    policy = PolicyDefinition(**body.values)
    return await request.answer(request.for_path(AddPolicy, policy=policy))


@policies.get("/{code}/", refuses=UNKNOWN_POLICY)
async def get_policy(request: ApiRequest) -> Response:
    """Retrieve a cancellation policy. The code may be in upper or lower case."""
    return await request.answer(request.for_path(GetPolicy))


@policies.patch("/{code}/", refuses=UNKNOWN_POLICY)
async def change_policy(request: ApiRequest, body: requests.PolicyChanges) -> Response:
    """Update a cancellation policy. Existing bookings keep their terms."""
    return await request.answer(request.for_path(ChangePolicy, **body.changes))


@policies.delete("/{code}/", refuses=(*UNKNOWN_POLICY, "POLICY_IN_USE"))
async def remove_policy(request: ApiRequest) -> Response:
    """Delete a cancellation policy. Refused for the standard policy, and for a policy that a room type names."""
    return await request.answer(request.for_path(RemovePolicy))
