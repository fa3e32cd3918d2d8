"""Money as clients read it: major units as a string, with the currency beside it."""

from contracts.values import Money


def major(money: Money) -> str:
    """`"150.00"`, in yen `"15000"`."""
    return money.text


def major_or_none(money: Money | None) -> str | None:
    """The same, where there may be none."""
    return None if money is None else money.text
