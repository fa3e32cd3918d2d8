"""Money never floats and stays are half-open."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import EXPONENTS, STEPS, Money, Stay, from_major, rounded
from sandbox.stripe import currencies


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (15000, "EUR", "150.00"),
        (15000, "JPY", "15000"),
        (1500, "KWD", "1.500"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1999900, "ISK", "19999"),
        (350000100, "UGX", "3500001"),
    ],
)
def test_an_amount_shows_its_currency_s_own_digits(amount: int, currency: str, text: str) -> None:
    assert Money(amount, currency).text == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(28122, "EUR", "EUR 281.22"), (15000, "JPY", "JPY 15000"), (0, "EUR", "EUR 0.00"), (1999900, "ISK", "ISK 19999")],
)
def test_a_printed_amount_is_in_major_units_with_its_currency(amount: int, currency: str, text: str) -> None:
    assert (str(Money(amount, currency)), f"{Money(amount, currency)}") == (text, text)


@pytest.mark.parametrize("amount", [0, 1])
def test_an_amount_has_no_truth_value(amount: int) -> None:
    price = Money(amount, "EUR")

    with pytest.raises(TypeError, match="compare with None"):
        bool(price)
    assert price.is_zero is (amount == 0)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_as_text_is_read_back_as_the_same_amount(amount: int, currency: str) -> None:
    assert from_major(Money(amount, currency).text, currency) == Money(amount, currency)


def test_more_digits_than_the_currency_has_are_refused() -> None:
    with pytest.raises(ValueError, match="more digits"):
        from_major("1.5", "JPY")


def test_halves_round_up_and_three_digit_currencies_to_tens() -> None:
    assert rounded(Decimal("10.5"), "EUR") == Money(11, "EUR")
    assert rounded(Decimal(1504), "KWD") == Money(1500, "KWD")
    assert rounded(Decimal(1505), "KWD") == Money(1510, "KWD")
    assert rounded(Decimal(149), "ISK") == Money(100, "ISK")


def test_the_table_of_currencies_is_the_providers_own() -> None:
    theirs = {code.upper(): currencies.exponent(code) for code in currencies._SUPPORTED}
    steps = {code.upper(): step for code, step in currencies._STEPS.items()}

    assert {code: digits for code, digits in theirs.items() if digits != 2} == EXPONENTS
    assert steps == STEPS


def test_amounts_of_two_currencies_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "EUR") + Money(1, "JPY")


def test_the_nights_of_a_stay_end_before_its_last_day() -> None:
    stay = Stay(date(2026, 2, 27), date(2026, 3, 2))

    assert stay.nights == 3
    assert list(stay) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
