"""The price of a stay adds up, in every currency."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import STEPS, Money, Stay
from services.rooms.domain.pricing import Promotion, price_of

NINE = Decimal(9)


def a_promotion(kind: str = "PERCENT", value: str = "10", **overrides: Any) -> Promotion:
    return Promotion(code="SPRING", kind=kind, value=Decimal(value), **overrides)


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def test_the_tax_is_the_total_less_the_net() -> None:
    price = price_of([12999, 12999, 12999], currency="EUR", tax_percent=NINE)

    assert price.subtotal == euros(38997)
    assert price.total == euros(42507)  # 42506.73
    assert price.tax == euros(3510)
    assert price.discount.is_zero


def test_half_a_cent_is_rounded_up() -> None:
    price = price_of([50], currency="EUR", tax_percent=NINE)

    assert price.total == euros(55)  # 54.5


def test_the_total_is_rounded_once_from_the_exact_net_not_from_the_rounded_one() -> None:
    price = price_of([1005], currency="EUR", tax_percent=NINE, promotion=a_promotion(value="50"))

    assert price.subtotal - price.discount == euros(503)  # 502.5
    assert price.total == euros(548)  # 547.725, where 503 x 1.09 would be 548.27
    assert price.tax == euros(45)


def test_a_total_in_yen_is_rounded_to_whole_yen() -> None:
    price = price_of([12345], currency="JPY", tax_percent=Decimal(10))

    assert price.total == Money(13580, "JPY")  # 13579.5
    assert price.total.text == "13580"


def test_a_total_in_dinars_is_rounded_to_ten_fils() -> None:
    price = price_of([45670], currency="KWD", tax_percent=Decimal(5))

    assert price.total == Money(47950, "KWD")  # 47953.5
    assert price.total.text == "47.950"


def test_a_total_in_kronur_is_rounded_to_whole_kronur() -> None:
    price = price_of([1999900], currency="ISK", tax_percent=Decimal(11))

    assert price.total.amount % 100 == 0


def test_a_fixed_discount_is_at_most_the_subtotal() -> None:
    price = price_of([10000], currency="EUR", tax_percent=NINE, promotion=a_promotion("FIXED", "50000"))

    assert price.discount == price.subtotal
    assert price.total == euros(0)
    assert price.tax == euros(0)


def test_the_tax_is_computed_on_the_net_after_the_discount() -> None:
    price = price_of([10000], currency="EUR", tax_percent=Decimal(20), promotion=a_promotion("FIXED", "2500"))

    assert (price.tax, price.total) == (euros(1500), euros(9000))
    assert price.promo_code == "SPRING"


def test_the_first_night_has_its_own_price_with_tax() -> None:
    price = price_of([20000, 10000], currency="EUR", tax_percent=NINE, promotion=a_promotion())

    assert price.first_night == euros(21800)
    assert price.nights == (euros(20000), euros(10000))


@given(
    nights=st.lists(st.integers(0, 10_000_000), min_size=1, max_size=30),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "ISK", "UGX"]),
    tax=st.decimals(0, 40, places=3),
    kind=st.sampled_from(["PERCENT", "FIXED"]),
    value=st.decimals(0, 100, places=2),
)
def test_the_parts_of_a_price_add_up(nights: list[int], currency: str, tax: Decimal, kind: str, value: Decimal) -> None:
    price = price_of(nights, currency=currency, tax_percent=tax, promotion=a_promotion(kind, str(value)))

    assert sum(night.amount for night in price.nights) == price.subtotal.amount
    assert price.subtotal - price.discount + price.tax == price.total
    assert 0 <= price.discount.amount <= price.subtotal.amount
    assert price.tax.amount >= 0
    assert price.total.amount % STEPS.get(currency, 1) == 0


@pytest.mark.parametrize(
    ("promotion", "covered"),
    [
        (a_promotion(), True),
        (a_promotion(starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 10)), True),
        (a_promotion(starts_on=date(2026, 3, 11)), False),
        (a_promotion(ends_on=date(2026, 3, 9)), False),
        (a_promotion(room_type_id=1), True),
        (a_promotion(room_type_id=2), False),
        (a_promotion(min_nights=3), True),
        (a_promotion(min_nights=4), False),
        (a_promotion(max_nights=2), False),
        (a_promotion(max_nights=3), True),
    ],
)
def test_a_promotion_covers_the_stays_within_its_limits(promotion: Promotion, *, covered: bool) -> None:
    stay = Stay(date(2026, 3, 10), date(2026, 3, 13))

    assert promotion.covers(stay, room_type_id=1) is covered
