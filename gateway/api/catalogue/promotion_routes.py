"""Promotions: discounts by code."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import AddPromotion, ChangePromotion, GetPromotion, ListPromotions, RemovePromotion
from contracts.values import Permission
from gateway.api.catalogue.requests import NewPromotion, PromotionChanges, Searching
from gateway.api.catalogue.responses import Promotion, PromotionList, promotion, promotions
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/promotions")

MANAGES = Permission.MANAGE_SETTINGS
UNKNOWN = ("PROMOTION_NOT_FOUND",)


@routes.get("/", response=PromotionList, needs=MANAGES)
async def list_promotions(request: ApiRequest, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's promotions by code."""
    found = await request.ask(ListPromotions(hotel=request.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return request.respond(promotions(found, wanted.wanted, request.query_params))


@routes.post("/", response=Promotion, status=201, needs=MANAGES, refuses=("PROMOTION_EXISTS",))
async def add_promotion(request: ApiRequest, body: NewPromotion) -> Response:
    """Offer a discount by code."""
    return request.respond(promotion(await request.ask(AddPromotion(hotel=request.hotel, promotion=body.definition))))


@routes.get("/{code}/", response=Promotion, needs=MANAGES, refuses=UNKNOWN)
async def get_promotion(request: ApiRequest) -> Response:
    """One promotion, by its code in any case."""
    return request.respond(promotion(await request.ask(GetPromotion(hotel=request.hotel, code=request.code))))


@routes.patch("/{code}/", response=Promotion, needs=MANAGES, refuses=UNKNOWN)
async def change_promotion(request: ApiRequest, body: PromotionChanges) -> Response:
    """Change a promotion. Bookings and quotes keep the price that they were made with."""
    command = ChangePromotion(hotel=request.hotel, code=request.code, clear=body.emptied, **body.given)
    return request.respond(promotion(await request.ask(command)))


@routes.delete("/{code}/", needs=MANAGES, refuses=UNKNOWN)
async def remove_promotion(request: ApiRequest) -> Response:
    """Offer it no more."""
    await request.ask(RemovePromotion(hotel=request.hotel, code=request.code))
    return Response(status_code=204)
