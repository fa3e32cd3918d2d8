"""Availability by room type."""

import sqlalchemy as sa

from contracts.rooms.availability import Availability, CheckAvailability
from contracts.rooms.quotes import GiveQuote, Quote
from contracts.values import Money
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def left(service: RoomsUnderTest, first: int = 0, until: int = 2, adults: int = 2) -> Availability:
    return service.ask(CheckAvailability(hotel=service.hotel, check_in=day(first), check_out=day(until), adults=adults))


def quoting(service: RoomsUnderTest, **overrides: object) -> GiveQuote:
    values = {
        "hotel": service.hotel, "room_type": "DBL", "check_in": day(0), "check_out": day(2), "adults": 2, "children": 0
    }  # fmt: skip
    return GiveQuote(**(values | overrides))


def quoted(service: RoomsUnderTest, **overrides: object) -> Quote:
    return service.ask(quoting(service, **overrides))


def test_availability_has_the_units_left_on_the_fullest_night(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 2)

    double, suite = left(service, adults=2).room_types

    assert (double.room_type_code, double.available_units, double.is_available) == ("DBL", 1, True)
    assert (double.price_from, double.max_occupancy, double.can_accommodate) == (euros(10000), 2, True)
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
