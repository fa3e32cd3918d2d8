"""Promotions: discounts by code."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import AddPromotion, ChangePromotion, GetPromotion, ListPromotions, RemovePromotion
from contracts.values import Permission
from gateway.bodies.terms import NewPromotion, PromotionChanges, Searching
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.terms import Promotion, PromotionList, promotion, promotions

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/promotions")

MANAGES = Permission.MANAGE_SETTINGS
UNKNOWN = ("PROMOTION_NOT_FOUND",)


@routes.get("/", answers=PromotionList, needs=MANAGES)
async def list_promotions(call: Call, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's promotions by code."""
    found = await call.ask(ListPromotions(hotel=call.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return call.answer(promotions(found, wanted.wanted, call.query_params))


@routes.post("/", answers=Promotion, status=201, needs=MANAGES, refuses=("PROMOTION_EXISTS",))
async def add_promotion(call: Call, body: NewPromotion) -> Response:
    """Offer a discount by code."""
    return call.answer(promotion(await call.ask(AddPromotion(hotel=call.hotel, promotion=body.definition))))


@routes.get("/{code}/", answers=Promotion, needs=MANAGES, refuses=UNKNOWN)
async def get_promotion(call: Call) -> Response:
    """One promotion, by its code in any case."""
    return call.answer(promotion(await call.ask(GetPromotion(hotel=call.hotel, code=call.code))))


@routes.patch("/{code}/", answers=Promotion, needs=MANAGES, refuses=UNKNOWN)
async def change_promotion(call: Call, body: PromotionChanges) -> Response:
    """Change a promotion. Bookings and quotes keep the price that they were made with."""
    command = ChangePromotion(hotel=call.hotel, code=call.code, clear=body.emptied, **body.given)
    return call.answer(promotion(await call.ask(command)))


@routes.delete("/{code}/", needs=MANAGES, refuses=UNKNOWN)
async def remove_promotion(call: Call) -> Response:
    """Offer it no more."""
    await call.ask(RemovePromotion(hotel=call.hotel, code=call.code))
    return Response(status_code=204)
