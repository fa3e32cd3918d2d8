"""Properties come in from files, grow, and keep two years of nights on sale."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chassis import codec
from contracts.rooms import GetHotel, GetSettings, HotelDefinition, HotelSettingsChanged, ImportHotel, ListHotels
from contracts.values import HotelSettings, Permission
from services.rooms.handlers import extend_nights, forget_quotes
from tests.interface.rooms.house import START, House, a_hotel, a_type, day, staff

DEMO = Path(__file__).parents[3] / "sandbox/demo/hotels"


def last_night(house: House) -> object:
    return house.rows("SELECT max(night) FROM night")[0][0]


def test_a_property_file_becomes_a_hotel(house: House) -> None:
    definition = codec.typed(json.loads((DEMO / "hotel-killarney.json").read_text()), HotelDefinition)

    imported = house.ask(ImportHotel(definition=definition))

    assert (imported.created, imported.types_added, imported.rooms_added) == (True, 5, 20)
    page = house.ask(GetHotel(hotel="hotel-killarney"))
    assert (page.card.name, page.card.timezone, page.check_in_time) == ("Hotel Killarney", "Europe/Dublin", "15:00")
    assert "Bicycles" in page.amenities
    slugs = [hotel.card.slug for hotel in house.ask(ListHotels()).hotels]
    assert "hotel-killarney" in slugs
    house.hotel = "hotel-killarney"
    assert house.capacity("DBL") == [8] * 10
    assert house.rows("SELECT count(*) FROM night n JOIN room_type t ON t.id = n.room_type_id"
                      " WHERE t.hotel = 'hotel-killarney'")[0][0] == 5 * 731  # fmt: skip


def test_importing_again_changes_nothing(house: House) -> None:
    definition = house.import_hotel()
    house.hold("BK-A")

    again = house.ask(ImportHotel(definition=definition))

    assert (again.created, again.types_added, again.rooms_added) == (False, 0, 0)
    assert (house.capacity(), house.sold()[:2]) == ([2] * 10, [1, 1])
    assert [event.version_number for event in house.events(HotelSettingsChanged)] == [1]


def test_an_import_adds_what_is_missing_and_keeps_prices(house: House) -> None:
    definition = house.import_hotel()
    grown = replace(
        definition,
        room_types=(a_type(rooms=("101", "102", "103"), base_price="1.00"), a_type(code="FAM", rooms=("301",))),
    )

    imported = house.ask(ImportHotel(definition=grown))

    assert (imported.created, imported.types_added, imported.rooms_added) == (False, 1, 2)
    assert (house.capacity(), house.capacity("FAM"), house.capacity("STE")) == ([3] * 10, [1] * 10, [1] * 10)
    assert house.hold("BK-A").price.subtotal.text == "200.00"


def test_an_import_that_says_something_new_is_told(house: House) -> None:
    definition = house.import_hotel()

    house.ask(ImportHotel(definition=replace(definition, name="Renamed", settings=HotelSettings(room_pin_digits=6))))

    event = house.events(HotelSettingsChanged)[-1]
    assert (event.fields, event.version_number) == (("name", "room_pin_digits"), 2)
    settings = house.ask(GetSettings(hotel=house.hotel), caller=staff(house))
    assert (settings.version, settings.settings.room_pin_digits, settings.page.card.name) == (2, 6, "Renamed")


def test_a_hotels_currency_stays_what_it_is(house: House) -> None:
    definition = house.import_hotel()

    refused = house.refusal(ImportHotel(definition=replace(definition, currency="USD")))

    assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", "currency")


def test_a_property_that_makes_no_sense_is_refused_whole(house: House) -> None:
    refused = house.refusal(ImportHotel(definition=a_hotel(slug="hotels", code="toolong")))

    assert {error["field"] for error in refused.errors} == {"slug", "code"}
    manager = staff(house, *Permission)
    assert house.refusal(ImportHotel(definition=a_hotel()), caller=manager).code == "PERMISSION_DENIED"


def test_only_a_hotels_own_staff_see_its_settings(house: House) -> None:
    stranger = staff(house)
    house.import_hotel()

    assert house.refusal(GetSettings(hotel=house.hotel), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert house.refusal(GetHotel(hotel="nowhere")).code == "HOTEL_NOT_FOUND"


def test_each_new_day_puts_another_night_on_sale(house: House) -> None:
    assert last_night(house) == day(730)
    house.unit_of_work.moment = START + timedelta(days=2)

    with house.unit_of_work.begin() as work:
        assert extend_nights(work)
    with house.unit_of_work.begin() as work:
        assert not extend_nights(work)

    assert last_night(house) == day(732)
    assert {row.capacity for row in house.rows("SELECT capacity FROM night WHERE night > :d", d=day(730))} == {1, 2}


def test_a_hotel_further_east_gets_its_day_first(house: House) -> None:
    house.import_hotel(timezone="Asia/Tokyo")
    house.unit_of_work.moment = START.replace(hour=16)

    with house.unit_of_work.begin() as work:
        assert extend_nights(work)
    with house.unit_of_work.begin() as work:
        assert not extend_nights(work)

    assert last_night(house) == day(731)


def test_old_quotes_are_forgotten(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO quote SELECT 'Q-' || n, 'h', 1, now(), now(), '{}', timestamptz '2026-01-01'"
            " FROM generate_series(1, 1500) n"
        )

    for left in (500, 0):
        with house.unit_of_work.begin() as work:
            assert forget_quotes(work)
        assert house.rows("SELECT count(*) FROM quote")[0][0] == left
    with house.unit_of_work.begin() as work:
        assert not forget_quotes(work)
