"""Promotions are added, changed and removed by hand. Bookings and quotes keep the price that they were given."""

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import (
    AddPromotion,
    ChangePromotion,
    GetPromotion,
    ListPromotions,
    PromotionDefinition,
    Promotions,
    RemovePromotion,
)
from contracts.values import Permission
from services.rooms.domain import promotions
from services.rooms.domain.amending import amended, check
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.editing import noted, opened, seen
from services.rooms.work import RoomsWork


def list_promotions(query: ListPromotions, work: RoomsWork) -> Promotions:
    """A page of the hotel's promotions."""
    seen(work, query.hotel)
    count, results = work.promotions.page(query.hotel, search=query.search, page=query.page)
    return Promotions(count=count, results=tuple(results))


def get_promotion(query: GetPromotion, work: RoomsWork) -> PromotionDefinition:
    """One promotion."""
    seen(work, query.hotel)
    return _known(work.promotions.get(query.hotel, query.code))


def add_promotion(command: AddPromotion, work: RoomsWork) -> PromotionDefinition:
    """Offer a discount."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    if work.promotions.get(hotel.slug, command.promotion.code):
        raise Refusal("PROMOTION_EXISTS", f"There is a promotion {command.promotion.code.upper()}.")
    return _written(work, hotel, command.promotion, what="PromotionAdded")


def change_promotion(command: ChangePromotion, work: RoomsWork) -> PromotionDefinition:
    """Change a discount for those who come from now on."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    current = _known(work.promotions.get(hotel.slug, command.code))
    wanted = amended(current, command, clear=command.clear)
    return current if wanted == current else _written(work, hotel, wanted, what="PromotionChanged")


def remove_promotion(command: RemovePromotion, work: RoomsWork) -> Nothing:
    """Offer it no more."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    current = _known(work.promotions.get(hotel.slug, command.code))
    work.promotions.remove(hotel.slug, current.code)
    noted(work, hotel, "PromotionRemoved", why=current.code)
    return Nothing()


def _written(work: RoomsWork, hotel: Hotel, wanted: PromotionDefinition, *, what: str) -> PromotionDefinition:
    found = work.room_types.named(hotel.slug, wanted.room_type) if wanted.room_type else None
    wrong = [("room_type", "is not a room type of the hotel")] if wanted.room_type and not found else []
    check([*wrong, *promotions.problems(wanted, currency=hotel.currency)])
    made = promotions.promotion(wanted, currency=hotel.currency, room_type_id=found[0] if found else None)
    work.promotions.put(hotel.slug, made)
    noted(work, hotel, what, why=made.code)
    return _known(work.promotions.get(hotel.slug, made.code))


def _known(found: PromotionDefinition | None) -> PromotionDefinition:
    if found is None:
        raise Refusal("PROMOTION_NOT_FOUND", "The hotel has no such promotion.")
    return found
