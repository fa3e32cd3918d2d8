"""Daily rates: written, listed, and applied to prices."""

import pytest

from contracts.rooms.events import AvailabilityChanged
from contracts.rooms.rates import ListRates
from contracts.values import Money, Page, from_major
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, day

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import quoted, write_rates, writing_rates


def test_rates_are_written_on_both_ends_and_removed_again(service: RoomsUnderTest) -> None:
    written = write_rates(service, 1, 3, "150.00")
    listed = service.ask(ListRates(hotel=service.hotel))
    let_go = write_rates(service, 2, 9, None)

    assert (written.nights, written.price) == (3, Money(15000, "EUR"))
    assert [(rate.room_type_code, rate.date, rate.price.text) for rate in listed.results] == [
        ("DBL", day(number), "150.00") for number in (1, 2, 3)
    ]
    assert let_go.price is None
    price = quoted(service, check_out=day(4)).price
    assert [night.text for night in price.nights] == ["100.00", "150.00", "100.00", "100.00"]
    assert [event.room_types for event in service.events(AvailabilityChanged)[1:]] == [("DBL",), ("DBL",)]


@pytest.mark.parametrize(
    ("currency", "timezone", "base_price", "free"),
    [("EUR", "Europe/Dublin", "100.00", "0.00"), ("JPY", "Asia/Tokyo", "12000", "0")],
)
@pytest.mark.parametrize("first", [1, 19], ids=["an ordinary night", "the night in which the clocks change"])
@pytest.mark.parametrize("nights", [1, 2])
def test_a_night_with_a_rate_of_zero_costs_nothing_and_is_listed(
    service: RoomsUnderTest, *, currency: str, timezone: str, base_price: str, free: str, first: int, nights: int
) -> None:
    service.import_hotel(currency=currency, timezone=timezone, room_types=(a_type(base_price=base_price),))
    nothing, base = Money(0, currency), from_major(base_price, currency)
    written = write_rates(service, first, first, free)

    stay = service.hold("BK-FREE", first, first + nights).price

    assert written.price == nothing
    assert [(rate.date, rate.price) for rate in service.ask(ListRates(hotel=service.hotel)).results] == [
        (day(first), nothing)
    ]
    assert stay.nights == (nothing, base)[:nights]
    assert stay.subtotal == (nothing, base)[nights - 1]
    quote = quoted(service, check_in=day(first), check_out=day(first + nights), adults=1)
    assert (quote.price.total, quote.price.first_night) == (stay.total, nothing)


def test_rates_are_written_for_some_weekdays_only(service: RoomsUnderTest) -> None:
    written = write_rates(service, 0, 13, "200.00", weekdays=(4, 5))

    assert written.nights == 4
    assert {rate.date.weekday() for rate in service.ask(ListRates(hotel=service.hotel)).results} == {4, 5}


def test_rates_are_listed_by_type_dates_and_page(service: RoomsUnderTest) -> None:
    write_rates(service, 0, 9, "150.00")
    write_rates(service, 0, 9, "300.00", room_type="Suite")

    suites = service.ask(ListRates(hotel=service.hotel, room_type="ste", start_date=day(8), end_date=day(20)))
    second = service.ask(ListRates(hotel=service.hotel, page=Page(page=2, page_size=15)))

    assert [(rate.room_type_code, rate.date) for rate in suites.results] == [("STE", day(8)), ("STE", day(9))]
    assert (second.count, len(second.results)) == (20, 5)


@pytest.mark.parametrize(
    ("first", "last", "price", "more", "code", "field"),
    [
        (-1, 3, "150.00", {}, "VALIDATION_ERROR", "start_date"),
        (3, 2, "150.00", {}, "VALIDATION_ERROR", "end_date"),
        (1, 2, "150.001", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "-1", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "1e3", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "10", {"weekdays": (7,)}, "VALIDATION_ERROR", "weekdays"),
        (1, 730, "150.00", {}, "BEYOND_HORIZON", None),
        (1, 2, "150.00", {"room_type": "BARN"}, "ROOM_TYPE_NOT_FOUND", None),
    ],
)
def test_invalid_rates_are_refused(
    service: RoomsUnderTest, *, first: int, last: int, price: str, more: dict[str, object], code: str, field: str | None
) -> None:
    refused = service.refusal(writing_rates(service, first, last, price, **more))

    assert refused.code == code
    assert [error["field"] for error in refused.errors] == ([field] if field else [])


def test_the_last_night_on_sale_can_have_a_rate(service: RoomsUnderTest) -> None:
    assert write_rates(service, 729, 729, "150.00").nights == 1
