"""Prices as people write them."""

import re
from decimal import Decimal

from contracts.values import Money, from_major, rounded

WRITTEN = re.compile(r"\d{1,12}(\.\d{1,4})?")
LARGEST = 10**12  # in minor units


def amount(text: str, currency: str) -> Money:
    """A price in major units as money that can be charged; raises `ValueError`."""
    if not WRITTEN.fullmatch(text):
        raise ValueError(f"{text} is not an amount")
    money = from_major(text, currency)
    if rounded(Decimal(money.amount), currency) != money or money.amount > LARGEST:
        raise ValueError(f"{text} {currency} cannot be charged")
    return money
