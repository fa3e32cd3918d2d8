"""A hotel's settings change by hand: within bounds, versioned, told, and for what is booked from now on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from contracts.rooms import (
    AvailabilityChanged,
    ChangeSettings,
    GetHotel,
    GetSettings,
    HotelSettingsChanged,
    ImportHotel,
    OperatingSettings,
    SettingsChange,
    WiFi,
)
from contracts.values import HotelSettings, Permission
from services.rooms.handlers.timers import extend_nights
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day, staff

pytestmark = pytest.mark.usefixtures("fitting")


def changing(service: RoomsUnderTest, **facts: object) -> ChangeSettings:
    return ChangeSettings(hotel=service.hotel, change=SettingsChange(**facts))


def change(service: RoomsUnderTest, **facts: object) -> OperatingSettings:
    return service.ask(changing(service, **facts), caller=staff(service, Permission.MANAGE_SETTINGS))


def allowed(service: RoomsUnderTest) -> set[int]:
    rows = service.rows(
        "SELECT DISTINCT overbooking AS n FROM night n JOIN room_type t ON t.id = n.room_type_id"
        " WHERE t.hotel = :hotel AND night >= :today",
        hotel=service.hotel,
        today=day(0),
    )
    return {row.n for row in rows}


def test_what_is_changed_is_kept_and_told_once(service: RoomsUnderTest) -> None:
    told = change(
        service, tagline="By the lake", approval_required=False, gallery=("/a.jpg",), tax_percent=Decimal("13.5")
    )

    assert (told.version, told.page.tagline, told.page.gallery) == (2, "By the lake", ("/a.jpg",))
    assert (told.settings.approval_required, told.tax_percent) == (False, Decimal("13.5"))
    assert service.ask(GetHotel(hotel=service.hotel)).tagline == "By the lake"
    event = service.events(HotelSettingsChanged)[-1]
    assert (set(event.fields), event.version_number) == (
        {"tagline", "approval_required", "gallery", "tax_percent"}, 2
    )  # fmt: skip


def test_what_is_so_already_changes_nothing(service: RoomsUnderTest) -> None:
    again = change(service, name="Test House", payment_hold_minutes=15, gallery=())

    assert again.version == 1
    assert len(service.events(HotelSettingsChanged)) == 1


def test_a_version_that_is_not_the_settings_is_refused(service: RoomsUnderTest) -> None:
    refused = service.refusal(changing(service, name="X"), if_match=(9,))

    assert (refused.code, refused.details["version"]) == ("VERSION_MISMATCH", 1)
    assert service.ask(changing(service, name="X"), if_match=(1,)).version == 2


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("payment_hold_minutes", 4, 1441),
        ("approval_sla_minutes", 0, 1441),
        ("approval_cutoff_day_offset", -1, 2),
        ("late_checkout_grace_minutes", -1, 121),
        ("room_pin_digits", 3, 9),
        ("overbooking_allowance", -1, 101),
        ("tax_percent", Decimal("-0.1"), Decimal("100.1")),
    ],
)
def test_a_setting_stays_within_its_bounds(service: RoomsUnderTest, field: str, low: object, high: object) -> None:
    for value in (low, high):
        refused = service.refusal(changing(service, **{field: value}))
        assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", field)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"approval_cutoff_time": "24:00"}, "approval_cutoff_time"),
        ({"late_arrival_cutoff": "2:00"}, "late_arrival_cutoff"),
        ({"standard_checkout_time": "11:00:00"}, "standard_checkout_time"),
        ({"early_checkin_from": "15:01"}, "early_checkin_from"),
        ({"check_in_time": "11:59"}, "early_checkin_from"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"name": " "}, "name"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(service: RoomsUnderTest, facts: dict[str, str], field: str) -> None:
    assert [error["field"] for error in service.refusal(changing(service, **facts)).errors] == [field]
    assert service.ask(GetSettings(hotel=service.hotel)).version == 1


def test_the_wifi_is_told_only_to_who_may_change_it_and_in_no_event(service: RoomsUnderTest) -> None:
    told = change(service, wifi=WiFi(ssid="lake", password="new-secret"))

    assert told.wifi == WiFi(ssid="lake", password="new-secret")
    assert service.ask(GetSettings(hotel=service.hotel), caller=staff(service, Permission.APPROVE)).wifi is None
    assert service.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%new-secret%'") == []
    assert service.rows("SELECT 1 FROM audit WHERE why LIKE '%new-secret%'") == []


def test_only_those_who_manage_settings_may(service: RoomsUnderTest) -> None:
    conversation = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))

    assert service.refusal(changing(service, name="X"), caller=conversation).code == "PERMISSION_DENIED"


def test_what_is_held_keeps_its_terms_and_what_comes_has_the_new_ones(service: RoomsUnderTest) -> None:
    before = service.hold("BK-A")
    change(service, approval_required=False, tax_percent=Decimal(20), payment_hold_minutes=60)

    after = service.hold("BK-B")

    assert service.hold("BK-A") == before
    assert (before.settings.approval_required, before.price.tax_percent) == (True, Decimal(9))
    assert (after.settings.approval_required, after.price.tax_percent) == (False, Decimal(20))
    assert after.settings.payment_hold_minutes == 60


def test_an_overbooking_allowance_sells_more_than_there_is_and_is_kept_for_days_to_come(
    service: RoomsUnderTest,
) -> None:
    service.hold("BK-A", room_type="STE")
    assert service.refusal(service.wish("BK-B", room_type="STE")).code == "SOLD_OUT"

    change(service, overbooking_allowance=1)
    service.hold("BK-B", room_type="STE")
    service.unit_of_work.moment = START + timedelta(days=1)
    with service.unit_of_work.begin() as work:
        assert extend_nights(work)

    assert allowed(service) == {1}
    assert len(service.events(AvailabilityChanged)) == 1
    assert service.refusal(service.wish("BK-C", 1, 2, room_type="STE")).code == "SOLD_OUT"


def test_an_allowance_that_is_used_stays(service: RoomsUnderTest) -> None:
    change(service, overbooking_allowance=1)
    service.hold("BK-A", 3, 5, room_type="STE")
    service.hold("BK-B", 4, 6, room_type="STE")

    refused = service.refusal(changing(service, overbooking_allowance=0))

    assert (refused.code, refused.details["nights"]) == ("WOULD_OVERSELL", [day(4).isoformat()])
    assert allowed(service) == {1}
    assert service.ask(GetSettings(hotel=service.hotel)).settings.overbooking_allowance == 1


def test_the_same_file_again_leaves_what_staff_have_changed(service: RoomsUnderTest) -> None:
    definition = service.import_hotel(tagline="From the file")
    change(service, tagline="By hand", room_pin_digits=6)

    service.ask(ImportHotel(definition=definition))
    same = service.ask(GetSettings(hotel=service.hotel))
    service.ask(ImportHotel(definition=replace(definition, tagline="A new file", settings=HotelSettings())))
    newer = service.ask(GetSettings(hotel=service.hotel))

    assert (same.version, same.page.tagline, same.settings.room_pin_digits) == (2, "By hand", 6)
    assert (newer.version, newer.page.tagline, newer.settings.room_pin_digits) == (3, "A new file", 6)
