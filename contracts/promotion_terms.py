"""The terms of a promotion, which a price keeps as sold."""

from datetime import date
from decimal import Decimal

from contracts.data import Data


class PromotionTerms(Data):
    """The terms of a promotion. `value` is a percentage; for the kind `FIXED` an amount in minor units.

    `starts_on` and `ends_on` are the first and the last check-in date; a limit that is None does not apply.
    """

    code: str
    kind: str  # PERCENT | FIXED
    value: Decimal
    starts_on: date | None = None
    ends_on: date | None = None
    room_type_id: int | None = None
    min_nights: int = 1
    max_nights: int | None = None
