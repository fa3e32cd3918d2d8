"""The import of property files, and the timers: nights on sale and old quotes."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chassis import codec
from contracts.rooms.events import AvailabilityChanged, HotelSettingsChanged
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from contracts.rooms.hotels import GetHotel, ListHotels
from contracts.rooms.settings import GetSettings
from contracts.values import HotelSettings, Permission
from services.rooms.handlers.timers import extend_nights, forget_quotes
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_hotel, a_type, day, staff

DEMO = Path(__file__).parents[3] / "sandbox/demo/hotels"


def last_night(service: RoomsUnderTest) -> object:
    return service.rows("SELECT max(night) FROM night")[0][0]


def test_an_import_creates_the_hotel_of_the_file(service: RoomsUnderTest) -> None:
    definition = codec.typed(json.loads((DEMO / "hotel-killarney.json").read_text()), HotelDefinition)

    imported = service.ask(ImportHotel(definition=definition))

    assert (imported.created, imported.types_added, imported.rooms_added) == (True, 5, 20)
    page = service.ask(GetHotel(hotel="hotel-killarney"))
    assert (page.card.name, page.card.timezone, page.check_in_time) == ("Hotel Killarney", "Europe/Dublin", "15:00")
    assert "Bicycles" in page.amenities
    slugs = [hotel.card.slug for hotel in service.ask(ListHotels()).hotels]
    assert "hotel-killarney" in slugs
    service.hotel = "hotel-killarney"
    assert service.capacity("DBL") == [8] * 10
    assert service.rows("SELECT count(*) FROM night n JOIN room_type t ON t.id = n.room_type_id"
                      " WHERE t.hotel = 'hotel-killarney'")[0][0] == 5 * 738  # fmt: skip


def test_a_repeated_import_changes_nothing(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()
    service.hold("BK-A")

    again = service.ask(ImportHotel(definition=definition))

    assert (again.created, again.types_added, again.rooms_added) == (False, 0, 0)
    assert (service.capacity(), service.sold()[:2]) == ([2] * 10, [1, 1])
    assert [event.version_number for event in service.events(HotelSettingsChanged)] == [1]


def test_the_first_import_publishes_what_is_on_sale(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()

    service.ask(ImportHotel(definition=definition))  # without anything new

    [event] = service.events(AvailabilityChanged)
    assert event.room_types == tuple(sorted(each.code for each in definition.room_types))


def test_an_import_adds_missing_types_and_rooms_and_keeps_prices(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()
    grown = replace(
        definition,
        room_types=(a_type(rooms=("101", "102", "103"), base_price="1.00"), a_type(code="FAM", rooms=("301",))),
    )

    imported = service.ask(ImportHotel(definition=grown))

    assert (imported.created, imported.types_added, imported.rooms_added) == (False, 1, 2)
    assert (service.capacity(), service.capacity("FAM"), service.capacity("STE")) == ([3] * 10, [1] * 10, [1] * 10)
    assert service.hold("BK-A").price.subtotal.text == "200.00"


def test_an_import_of_a_new_value_publishes_the_change(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()

    service.ask(ImportHotel(definition=replace(definition, name="Renamed", settings=HotelSettings(room_pin_digits=6))))

    event = service.events(HotelSettingsChanged)[-1]
    assert (event.fields, event.version_number) == (("name", "room_pin_digits"), 2)
    settings = service.ask(GetSettings(hotel=service.hotel), caller=staff(service))
    assert (settings.version, settings.settings.room_pin_digits, settings.page.card.name) == (2, 6, "Renamed")


def test_an_import_with_another_currency_is_refused(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()

    refused = service.refusal(ImportHotel(definition=replace(definition, currency="USD")))

    assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", "currency")


def test_an_invalid_property_file_is_refused_whole(service: RoomsUnderTest) -> None:
    refused = service.refusal(ImportHotel(definition=a_hotel(slug="hotels", code="toolong")))

    assert {error["field"] for error in refused.errors} == {"slug", "code"}
    manager = staff(service, *Permission)
    assert service.refusal(ImportHotel(definition=a_hotel()), caller=manager).code == "PERMISSION_DENIED"


def test_staff_of_another_hotel_do_not_see_its_settings(service: RoomsUnderTest) -> None:
    stranger = staff(service)
    service.import_hotel()

    assert service.refusal(GetSettings(hotel=service.hotel), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert service.refusal(GetHotel(hotel="nowhere")).code == "HOTEL_NOT_FOUND"


def test_each_new_day_counts_one_more_night(service: RoomsUnderTest) -> None:
    assert last_night(service) == day(737)
    service.unit_of_work.moment = START + timedelta(days=2)

    with service.unit_of_work.begin() as work:
        assert extend_nights(work)
    with service.unit_of_work.begin() as work:
        assert not extend_nights(work)

    assert last_night(service) == day(739)
    assert {row.capacity for row in service.rows("SELECT capacity FROM night WHERE night > :d", d=day(737))} == {1, 2}


def test_a_hotel_further_east_is_extended_first(service: RoomsUnderTest) -> None:
    service.import_hotel(timezone="Asia/Tokyo")
    service.unit_of_work.moment = START.replace(hour=16)

    with service.unit_of_work.begin() as work:
        assert extend_nights(work)
    with service.unit_of_work.begin() as work:
        assert not extend_nights(work)

    assert last_night(service) == day(738)


def test_old_quotes_are_deleted(service: RoomsUnderTest) -> None:
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO quote SELECT 'Q-' || n, 'h', 1, now(), now(), '{}', timestamptz '2026-01-01'"
            " FROM generate_series(1, 1500) n"
        )

    for left in (500, 0):
        with service.unit_of_work.begin() as work:
            assert forget_quotes(work)
        assert service.rows("SELECT count(*) FROM quote")[0][0] == left
    with service.unit_of_work.begin() as work:
        assert not forget_quotes(work)
