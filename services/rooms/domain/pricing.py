"""The price of a stay. All amounts are in minor units, and the parts of a price add up exactly.

Only the total and the net after discount are rounded (half up, to the provider's step). The tax is the total less the
net. The discount is the subtotal less the net.
"""

from collections.abc import Sequence
from decimal import Decimal

from contracts.promotion_terms import PromotionTerms
from contracts.values import Money, Price, Stay, rounded
from services.rooms.domain.mapping import mapped

HUNDRED = Decimal(100)


class Promotion(PromotionTerms):
    """A discount that a guest gets with a code."""

    def covers(self, stay: Stay, *, room_type_id: int) -> bool:
        """Whether the promotion applies to this stay and this room type."""
        return (
            (self.starts_on is None or stay.check_in >= self.starts_on)
            and (self.ends_on is None or stay.check_in <= self.ends_on)
            and (self.room_type_id is None or self.room_type_id == room_type_id)
            and stay.nights >= self.min_nights
            and (self.max_nights is None or stay.nights <= self.max_nights)
        )

    def off(self, subtotal: Decimal) -> Decimal:
        """The discount before rounding, never more than the subtotal."""
        discount = subtotal * self.value / HUNDRED if self.kind == "PERCENT" else self.value
        return min(max(discount, Decimal(0)), subtotal)


def price_of(
    nights: Sequence[int], *, currency: str, tax_percent: Decimal, promotion: Promotion | None = None
) -> Price:
    """The price of a stay, from the prices of its nights (at least one) in minor units, without tax."""
    own = tuple(rounded(Decimal(night), currency) for night in nights)
    subtotal = Decimal(sum(night.amount for night in own))
    exact_net = subtotal - (promotion.off(subtotal) if promotion else Decimal(0))
    net = rounded(exact_net, currency)
    total = rounded(_taxed(exact_net, tax_percent), currency)
    whole = Money(int(subtotal), currency)
    return Price(
        nights=own,
        subtotal=whole,
        discount=whole - net,
        tax=total - net,
        total=total,
        tax_percent=tax_percent,
        promo_code=promotion.code if promotion else None,
        first_night=rounded(_taxed(Decimal(own[0].amount), tax_percent), currency),
        promotion=mapped(PromotionTerms, promotion) if promotion else None,
    )


def promotion_of(terms: PromotionTerms) -> Promotion:
    """The promotion with the terms that a price keeps."""
    return mapped(Promotion, terms)


def _taxed(net: Decimal, tax_percent: Decimal) -> Decimal:
    return net * (HUNDRED + tax_percent) / HUNDRED
