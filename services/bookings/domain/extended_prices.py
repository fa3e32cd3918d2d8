"""The price of an extended stay."""

from dataclasses import replace

from contracts.values import Price


def whole_price(agreed: Price, added: Price) -> Price:
    """The price of the whole stay: the sum of the agreed price and the price of the added nights."""
    return replace(
        agreed,
        nights=(*agreed.nights, *added.nights),
        subtotal=agreed.subtotal + added.subtotal,
        discount=agreed.discount + added.discount,
        tax=agreed.tax + added.tax,
        total=agreed.total + added.total,
    )
