"""The limits of a card payment, by currency and by the settings of a hotel."""

import pytest

from contracts.charge_limits import SMALLEST, limits_of
from contracts.values import EXPONENTS, STEPS, HotelSettings, Money
from sandbox.stripe import currencies
from sandbox.stripe.errors import ApiError

USUAL = HotelSettings()
CURRENCIES = sorted({*SMALLEST, *EXPONENTS, *STEPS, "PHP"})


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_limits_of_a_currency_are_the_smallest_and_the_largest_charge_that_the_provider_accepts(
    currency: str,
) -> None:
    limits, step = limits_of(USUAL, currency), STEPS.get(currency, 1)

    for amount in (limits.smallest, limits.largest):
        currencies.check_charge(amount.amount, currency.lower())
    for beyond in (limits.smallest.amount - step, limits.largest.amount + step):
        with pytest.raises(ApiError):
            currencies.check_charge(beyond, currency.lower())


@pytest.mark.parametrize(
    ("minor", "currency", "code"),
    [
        (0, "EUR", None),
        (49, "EUR", "TOTAL_BELOW_MINIMUM"),
        (50, "EUR", None),
        (99_999_999, "EUR", None),
        (100_000_000, "EUR", "TOTAL_ABOVE_MAXIMUM"),
        (0, "JPY", None),
        (49, "JPY", "TOTAL_BELOW_MINIMUM"),
        (50, "JPY", None),
        (100_000_000, "JPY", "TOTAL_ABOVE_MAXIMUM"),
    ],
)
def test_a_total_that_no_card_can_take_is_a_problem_and_zero_is_none(
    minor: int, currency: str, code: str | None
) -> None:
    problem = limits_of(USUAL, currency).problem(Money(minor, currency))

    assert (problem and problem[0]) == code


def test_the_message_has_the_total_and_the_limit_in_major_units() -> None:
    problem = limits_of(USUAL, "EUR").problem(Money(49, "EUR"))

    assert problem == ("TOTAL_BELOW_MINIMUM", "The total is EUR 0.49; the smallest card payment is EUR 0.50.")


def test_the_settings_of_a_hotel_replace_the_limits_of_its_currency() -> None:
    own = limits_of(HotelSettings(smallest_charge="0.70", largest_charge="1000.00"), "EUR")

    assert (own.smallest, own.largest) == (Money(70, "EUR"), Money(100_000, "EUR"))
    assert [own.allow(Money(minor, "EUR")) for minor in (0, 69, 70, 100_000, 100_001)] == [
        False, False, True, True, False,
    ]  # fmt: skip
