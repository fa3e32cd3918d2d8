"""Availability by room type."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from contracts.rooms.availability import Availability, CheckAvailability
from contracts.values import Money, PriceLines
from tests.interface.rooms.catalogue_asks import quoted, write_rates
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, day


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def left(service: RoomsUnderTest, first: int = 0, until: int = 2, adults: int = 2) -> Availability:
    return service.ask(CheckAvailability(hotel=service.hotel, check_in=day(first), check_out=day(until), adults=adults))


def test_availability_has_the_units_left_on_the_fullest_night(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 2)

    double, suite = left(service, adults=2).room_types

    assert (double.room_type_code, double.available_units, double.is_available) == ("DBL", 1, True)
    assert (double.price_from, double.max_occupancy, double.can_accommodate) == (euros(10900), 2, True)
    assert suite.available_units == 1


def test_a_sold_out_type_has_no_units(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.hold("BK-B")

    double = left(service).room_types[0]

    assert (double.available_units, double.is_available) == (0, False)
    assert left(service, 2, 3).room_types[0].available_units == 2


def test_a_type_cannot_accommodate_too_many_guests(service: RoomsUnderTest) -> None:
    assert not left(service, adults=3).room_types[0].can_accommodate


def test_availability_of_an_invalid_stay_is_refused(service: RoomsUnderTest) -> None:
    def code(hotel: str, first: int, until: int) -> str:
        ask = CheckAvailability(hotel=hotel, check_in=day(first), check_out=day(until))
        return service.refusal(ask).code

    assert code("nowhere", 0, 1) == "HOTEL_NOT_FOUND"
    assert code(service.hotel, 0, 0) == "VALIDATION_ERROR"
    assert code(service.hotel, -1, 1) == "VALIDATION_ERROR"
    assert code(service.hotel, 729, 731) == "BEYOND_HORIZON"


def test_a_daily_rate_replaces_the_base_price(service: RoomsUnderTest) -> None:
    with service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE night SET price = 15000 WHERE night = :night"
                " AND room_type_id = (SELECT id FROM room_type WHERE hotel = :hotel AND code = 'DBL')"
            ),
            {"night": day(1), "hotel": service.hotel},
        )

    price = quoted(service, check_out=day(3)).price

    assert price.nights == (euros(10000), euros(15000), euros(10000))
    assert price.total == euros(38150)


@pytest.mark.parametrize(
    ("currency", "base_price", "tax", "rate"),
    [
        ("EUR", "123.45", "13.5", None),
        ("EUR", "123.45", "9", "99.99"),
        ("JPY", "12345", "10", None),
        ("JPY", "12345", "10", "9999"),
        ("KWD", "45.670", "5", None),
    ],
)
def test_the_price_from_is_the_total_of_a_quote_for_one_night(
    service: RoomsUnderTest, currency: str, base_price: str, tax: str, rate: str | None
) -> None:
    service.import_hotel(currency=currency, tax_percent=Decimal(tax), room_types=(a_type(base_price=base_price),))
    if rate is not None:
        write_rates(service, 0, 0, rate)

    [double] = left(service, 0, 1).room_types
    quote = quoted(service, check_out=day(1))

    assert double.price_from == quote.price.total
    assert double.pricing == quote.price.lines
    assert double.price_from > quote.price.subtotal


@pytest.mark.parametrize(("currency", "base_price"), [("EUR", "100.00"), ("JPY", "12345")])
def test_a_daily_rate_of_zero_is_the_price_from(service: RoomsUnderTest, currency: str, base_price: str) -> None:
    nothing = Money(0, currency)
    service.import_hotel(currency=currency, room_types=(a_type(base_price=base_price),))
    write_rates(service, 0, 0, "0")

    [double] = left(service, 0, 2).room_types

    assert double.price_from == quoted(service, check_out=day(1)).price.total == nothing
    assert double.pricing == PriceLines(subtotal=nothing, discount=nothing, taxes=nothing, total=nothing)


def test_the_price_from_of_the_night_on_which_clocks_change_is_that_of_its_quote(service: RoomsUnderTest) -> None:
    night = {"check_in": date(2026, 3, 28), "check_out": date(2026, 3, 29)}  # Europe/Dublin goes forward on the 29th

    double = service.ask(CheckAvailability(hotel=service.hotel, **night)).room_types[0]

    assert double.price_from == quoted(service, **night).price.total == euros(10900)


def test_a_type_without_nights_on_sale_has_its_base_price_and_not_zero(service: RoomsUnderTest) -> None:
    with service.engine.begin() as connection:
        of_hotel = "room_type_id IN (SELECT id FROM room_type WHERE hotel = :hotel)"
        connection.execute(sa.text(f"DELETE FROM night WHERE {of_hotel}"), {"hotel": service.hotel})

    double = left(service).room_types[0]

    assert (double.price_from, double.is_available) == (euros(10900), False)
