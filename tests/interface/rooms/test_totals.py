"""A total that no card can take is refused before a quote or a night is given; zero needs no card."""

from decimal import Decimal

import pytest

from contracts.rooms.promotions import PromotionDefinition
from contracts.rooms.settings import ChangeSettings, SettingsChange
from contracts.values import HotelSettings, Money
from tests.interface.rooms.catalogue_asks import manager, quoted, quoting, write_rates
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, day

ONE_NIGHT = {"check_out": day(1)}


def hotel_with(service: RoomsUnderTest, price: str, currency: str = "EUR", **values: object) -> None:
    """A hotel without tax whose double costs this price."""
    service.import_hotel(
        currency=currency, tax_percent=Decimal(0), room_types=(a_type(base_price=price, max_occupancy=2),), **values
    )


@pytest.mark.parametrize(
    ("price", "currency", "code"),
    [
        ("0.49", "EUR", "TOTAL_BELOW_MINIMUM"),
        ("49", "JPY", "TOTAL_BELOW_MINIMUM"),
        ("1000000.00", "EUR", "TOTAL_ABOVE_MAXIMUM"),
        ("100000000", "JPY", "TOTAL_ABOVE_MAXIMUM"),
    ],
)
def test_a_total_that_no_card_can_take_is_refused_for_a_quote_a_hold_and_a_draft(
    service: RoomsUnderTest, price: str, currency: str, code: str
) -> None:
    hotel_with(service, price, currency)

    assert service.refusal(quoting(service, **ONE_NIGHT)).code == code
    assert service.refusal(service.holding("BK-A", 0, 1)).code == code
    assert service.refusal(service.holding("BK-A", 0, 1, price_only=True)).code == code
    assert service.sold()[0] == 0
    assert service.rows("SELECT quote_id FROM quote") == service.rows("SELECT booking_id FROM hold") == []


@pytest.mark.parametrize(
    ("price", "currency"), [("0.50", "EUR"), ("50", "JPY"), ("999999.99", "EUR"), ("99999999", "JPY"), ("0", "EUR")]
)
def test_a_total_at_a_limit_and_a_total_of_zero_are_quoted_and_held(
    service: RoomsUnderTest, price: str, currency: str
) -> None:
    hotel_with(service, price, currency)

    total = quoted(service, **ONE_NIGHT).price.total

    assert service.hold("BK-A", 0, 1).price.total == total


@pytest.mark.parametrize(("kind", "value"), [("PERCENT", "100"), ("FIXED", "99999.00")])
def test_a_free_promotion_is_quoted_and_held(service: RoomsUnderTest, kind: str, value: str) -> None:
    service.import_hotel(promotions=(PromotionDefinition(code="FREE", kind=kind, value=value),))

    quote = quoted(service, promo_code="free")

    assert quote.price.total == Money(0, "EUR")
    assert service.hold("BK-A", quote_id=quote.quote_id).price.total == Money(0, "EUR")


@pytest.mark.parametrize("price", ["0.49", "1000000.00"])
def test_a_stay_without_a_card_has_no_limits(service: RoomsUnderTest, price: str) -> None:
    hotel_with(service, price)

    assert service.hold("BK-A", 0, 1, by_card=False).price.total.text == price
    assert service.sold()[0] == 1


def test_a_quote_given_before_a_limit_changed_is_refused_before_nights_are_held(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.ask(
        ChangeSettings(hotel=service.hotel, change=SettingsChange(largest_charge="200.00")), caller=manager(service)
    )

    assert service.refusal(service.holding("BK-A", quote_id=quote.quote_id)).code == "TOTAL_ABOVE_MAXIMUM"
    assert service.sold()[0] == 0


def test_the_settings_of_a_hotel_replace_the_limits_and_are_given_back(service: RoomsUnderTest) -> None:
    hotel_with(service, "0.60", settings=HotelSettings(smallest_charge="0.70"))
    assert service.refusal(quoting(service, **ONE_NIGHT)).code == "TOTAL_BELOW_MINIMUM"
    change = ChangeSettings(hotel=service.hotel, change=SettingsChange(smallest_charge=""))

    changed = service.ask(change, caller=manager(service))

    assert changed.settings.smallest_charge == ""
    assert quoted(service, **ONE_NIGHT).price.total.text == "0.60"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"smallest_charge": "0.001"}, "smallest_charge"),
        ({"smallest_charge": "0.00"}, "smallest_charge"),
        ({"smallest_charge": "much"}, "smallest_charge"),
        ({"largest_charge": "0.49"}, "largest_charge"),
    ],
)
def test_a_limit_that_is_no_chargeable_amount_is_refused(
    service: RoomsUnderTest, values: dict[str, str], field: str
) -> None:
    change = ChangeSettings(hotel=service.hotel, change=SettingsChange(**values))

    refusal = service.refusal(change, caller=manager(service))

    assert (refusal.code, refusal.errors[0]["field"]) == ("VALIDATION_ERROR", field)


def test_a_daily_rate_decides_about_the_total(service: RoomsUnderTest) -> None:
    hotel_with(service, "100.00")
    write_rates(service, 0, 0, "0.49")

    assert service.refusal(quoting(service, **ONE_NIGHT)).code == "TOTAL_BELOW_MINIMUM"
    assert quoted(service).price.total.text == "100.49"
