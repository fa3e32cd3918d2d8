"""The views of a booking."""

from contracts.values import Money, PriceLines
from services.bookings.domain import views
from tests.unit.bookings.builders import NOW, a_booking, a_price


def test_the_details_have_the_lines_of_the_final_price() -> None:
    yen = [Money(each, "JPY") for each in (12000, 2000, 1000, 11000)]
    price = a_price(nights=(yen[0],), subtotal=yen[0], discount=yen[1], tax=yen[2], total=yen[3], first_night=None)

    detail = views.detail(a_booking(price=price), now=NOW)

    assert detail.pricing == PriceLines(subtotal=yen[0], discount=yen[1], taxes=yen[2], total=yen[3])
    assert detail.pricing.total == detail.total_amount
    assert detail.pricing.subtotal - detail.pricing.discount + detail.pricing.taxes == detail.pricing.total
