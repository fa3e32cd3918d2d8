"""Promotions as people write them, and as prices are made with them."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from contracts.rooms import PromotionDefinition
from contracts.values import Money
from services.rooms.domain.amounts import amount
from services.rooms.domain.pricing import HUNDRED, Promotion

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def problems(given: PromotionDefinition, *, currency: str) -> Iterator[tuple[str, str]]:
    """Each field that is wrong, and what is wrong with it. The room type is for the caller to know."""
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
    """What it takes off, with its code in capitals; raises `ValueError` where `problems` would name some."""
    return Promotion(
        code=given.code.upper(),
        kind=given.kind,
        value=_value(given, currency),
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        room_type_id=room_type_id,
        min_nights=given.min_nights,
        max_nights=given.max_nights,
    )


def definition(stored: Promotion, *, currency: str, room_type: str | None) -> PromotionDefinition:
    """As people read it: a fixed discount in major units."""
    fixed = stored.kind == "FIXED"
    return PromotionDefinition(
        code=stored.code,
        kind=stored.kind,
        value=Money(int(stored.value), currency).text if fixed else f"{stored.value.normalize():f}",
        starts_on=stored.starts_on,
        ends_on=stored.ends_on,
        room_type=room_type,
        min_nights=stored.min_nights,
        max_nights=stored.max_nights,
    )


def _value(given: PromotionDefinition, currency: str) -> Decimal:
    if given.kind == "FIXED":
        return Decimal(amount(given.value, currency).amount)
    value = Decimal(given.value)
    if not value.is_finite():
        raise ValueError(f"{given.value} is no percentage")
    return value
