"""The smallest and the largest amount that the provider charges on a card, by currency.

Source: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. Where the provider converts payments to another
settlement currency, the smallest amount follows that currency: a hotel's settings then replace the amounts here.
"""

from collections.abc import Mapping
from decimal import Decimal

from contracts.data import Data
from contracts.values import STEPS, HotelSettings, Money, from_major, rounded

# In minor units. In a currency that is not listed, the smallest amount is the smallest step.
SMALLEST: Mapping[str, int] = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
LARGEST = 99_999_999  # eight digits of minor units, in every currency


class ChargeLimits(Data):
    """The smallest and the largest amount that a hotel can charge on a card. Zero is never charged."""

    smallest: Money
    largest: Money

    def allow(self, amount: Money) -> bool:
        """Whether a card can be charged with the amount."""
        return self.smallest <= amount <= self.largest

    def problem(self, total: Money) -> tuple[str, str] | None:
        """The refusal code and the message for a total that no card can take; None for zero and any other total."""
        if total.is_zero or self.allow(total):
            return None
        if total < self.smallest:
            return "TOTAL_BELOW_MINIMUM", f"The total is {total}; the smallest card payment is {self.smallest}."
        return "TOTAL_ABOVE_MAXIMUM", f"The total is {total}; the largest card payment is {self.largest}."


def limits_of(settings: HotelSettings, currency: str) -> ChargeLimits:
    """The limits of a hotel: those of its settings, where these are set, else those of the currency.

    Raises `ValueError` for a setting that is no amount in the currency.
    """
    step = STEPS.get(currency, 1)
    smallest, largest = settings.smallest_charge, settings.largest_charge
    return ChargeLimits(
        smallest=from_major(smallest, currency) if smallest else Money(SMALLEST.get(currency, step), currency),
        largest=from_major(largest, currency) if largest else rounded(Decimal(LARGEST - step // 2), currency),
    )
