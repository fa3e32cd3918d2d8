"""Prices as text in major units."""

import re
from collections.abc import Iterator
from decimal import Decimal

from contracts.values import Money, from_major, rounded

DECIMAL = re.compile(r"\d{1,12}(\.\d{1,4})?")
LARGEST = 10**12  # in minor units


def amount(text: str, currency: str) -> Money:
    """The `Money` of a price text in major units (`"120.00"`).

    Raises `ValueError` where the text is not a decimal, or the amount cannot be charged in the currency.
    """
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"{text} is not an amount")
    money = from_major(text, currency)
    if rounded(Decimal(money.amount), currency) != money or money.amount > LARGEST:
        raise ValueError(f"{text} {currency} cannot be charged")
    return money


def amount_problems(field: str, text: str, currency: str) -> Iterator[tuple[str, str]]:
    """Yield `field` and a message where the price cannot be charged in the currency. A valid price yields nothing."""
    try:
        amount(text, currency)
    except ValueError as error:
        yield field, str(error)
