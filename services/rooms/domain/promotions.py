"""Promotions: as staff define them, and as the calculation of a price applies them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from contracts.rooms.promotions import AddPromotion, ChangePromotion, PromotionDefinition
from contracts.values import Money
from services.rooms.domain.amounts import amount
from services.rooms.domain.definitions import amended
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.mapping import mapped
from services.rooms.domain.pricing import HUNDRED, Promotion
from services.rooms.domain.validation import check

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def drafted(command: AddPromotion, _: Hotel) -> PromotionDefinition:
    """The promotion that the command adds, with its code in capitals."""
    return replace(command.promotion, code=command.promotion.code.upper())


def changed(current: PromotionDefinition, command: ChangePromotion, _: Hotel) -> PromotionDefinition:
    """The promotion after the command."""
    return amended(current, command, clear=command.clear)


def checked(promotion: PromotionDefinition, *, currency: str, room_type: str | None) -> PromotionDefinition:
    """The promotion with `room_type`, the hotel's spelling of the code of the promotion's room type.

    Refused `VALIDATION_ERROR`, also where the promotion names a room type and the parameter `room_type` is None.
    """
    unknown = [("room_type", "is not a room type of the hotel")] if promotion.room_type and not room_type else []
    check([*unknown, *problems(promotion, currency=currency)])
    return replace(promotion, room_type=room_type)


def problems(given: PromotionDefinition, *, currency: str) -> Iterator[tuple[str, str]]:
    """Each invalid field of the definition, with a message about its value. The room type is not checked."""
    if not CODE.fullmatch(given.code.upper()):
        yield "code", "must be up to 40 letters, digits, dashes or underscores"
    if given.kind not in ("PERCENT", "FIXED"):
        yield "kind", "must be PERCENT or FIXED"
    else:
        try:
            value = _value(given, currency)
        except (ValueError, InvalidOperation):
            yield "value", f"is not an amount in {currency}" if given.kind == "FIXED" else "is not a number"
        else:
            if given.kind == "PERCENT" and not 0 <= value <= HUNDRED:
                yield "value", "must be 0 to 100 percent"
    if given.starts_on and given.ends_on and given.ends_on < given.starts_on:
        yield "ends_on", "must not be before starts_on"
    if given.min_nights < 1:
        yield "min_nights", "must be at least 1"
    if given.max_nights is not None and given.max_nights < given.min_nights:
        yield "max_nights", "must not be less than min_nights"


def promotion(given: PromotionDefinition, *, currency: str, room_type_id: int | None) -> Promotion:
    """The promotion that the definition describes, with its code in capitals. The definition must have no problems."""
    return mapped(Promotion, given, code=given.code.upper(), value=_value(given, currency), room_type_id=room_type_id)


def definition(stored: Promotion, *, currency: str, room_type: str | None) -> PromotionDefinition:
    """The definition of a stored promotion, with a fixed discount in major units."""
    fixed = stored.kind == "FIXED"
    value = Money(int(stored.value), currency).text if fixed else f"{stored.value.normalize():f}"
    return mapped(PromotionDefinition, stored, value=value, room_type=room_type)


def _value(given: PromotionDefinition, currency: str) -> Decimal:
    if given.kind == "FIXED":
        return Decimal(amount(given.value, currency).amount)
    value = Decimal(given.value)
    if not value.is_finite():
        raise ValueError(f"{given.value} is not a percentage")
    return value
