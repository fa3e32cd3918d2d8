"""Changes of a hotel's settings: bounds, versions, events, and terms of later holds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from contracts.rooms.events import AvailabilityChanged, HotelSettingsChanged
from contracts.rooms.hotel_import import ImportHotel
from contracts.rooms.hotels import GetHotel, WiFi
from contracts.rooms.settings import ChangeSettings, GetSettings, OperatingSettings, SettingsChange
from contracts.values import HotelSettings, Permission
from services.rooms.handlers.timers import extend_nights
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day, staff

pytestmark = pytest.mark.usefixtures("consistent_capacity")


def changing(service: RoomsUnderTest, **values: object) -> ChangeSettings:
    return ChangeSettings(hotel=service.hotel, change=SettingsChange(**values))


def change(service: RoomsUnderTest, **values: object) -> OperatingSettings:
    return service.ask(changing(service, **values), caller=staff(service, Permission.MANAGE_SETTINGS))


def allowed(service: RoomsUnderTest) -> set[int]:
    rows = service.rows(
        "SELECT DISTINCT overbooking AS n FROM night n JOIN room_type t ON t.id = n.room_type_id"
        " WHERE t.hotel = :hotel AND night >= :today",
        hotel=service.hotel,
        today=day(0),
    )
    return {row.n for row in rows}


def test_a_change_of_settings_is_stored_and_published_once(service: RoomsUnderTest) -> None:
    changed = change(
        service, tagline="By the lake", approval_required=False, gallery=("/a.jpg",), tax_percent=Decimal("13.5")
    )

    assert (changed.version, changed.page.tagline, changed.page.gallery) == (2, "By the lake", ("/a.jpg",))
    assert (changed.settings.approval_required, changed.tax_percent) == (False, Decimal("13.5"))
    assert service.ask(GetHotel(hotel=service.hotel)).tagline == "By the lake"
    event = service.events(HotelSettingsChanged)[-1]
    assert (set(event.fields), event.version_number) == (
        {"tagline", "approval_required", "gallery", "tax_percent"}, 2
    )  # fmt: skip


def test_a_change_to_the_same_settings_changes_nothing(service: RoomsUnderTest) -> None:
    again = change(service, name="Test House", payment_hold_minutes=15, gallery=())

    assert again.version == 1
    assert len(service.events(HotelSettingsChanged)) == 1


def test_a_change_of_another_version_of_the_settings_is_refused(service: RoomsUnderTest) -> None:
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
def test_a_setting_outside_its_bounds_is_refused(
    service: RoomsUnderTest, field: str, low: object, high: object
) -> None:
    for value in (low, high):
        refused = service.refusal(changing(service, **{field: value}))
        assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", field)


@pytest.mark.parametrize(
    ("values", "field"),
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
def test_an_invalid_setting_is_refused(service: RoomsUnderTest, values: dict[str, str], field: str) -> None:
    assert [error["field"] for error in service.refusal(changing(service, **values)).errors] == [field]
    assert service.ask(GetSettings(hotel=service.hotel)).version == 1


def test_only_staff_with_the_permission_see_the_wifi_and_no_event_has_it(service: RoomsUnderTest) -> None:
    changed = change(service, wifi=WiFi(ssid="lake", password="new-secret"))

    assert changed.wifi == WiFi(ssid="lake", password="new-secret")
    assert service.ask(GetSettings(hotel=service.hotel), caller=staff(service, Permission.APPROVE)).wifi is None
    assert service.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%new-secret%'") == []
    assert service.rows("SELECT 1 FROM audit WHERE why LIKE '%new-secret%'") == []


def test_a_change_of_settings_needs_the_permission(service: RoomsUnderTest) -> None:
    clerk = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))

    assert service.refusal(changing(service, name="X"), caller=clerk).code == "PERMISSION_DENIED"


def test_a_hold_keeps_its_terms_after_a_change_of_settings(service: RoomsUnderTest) -> None:
    before = service.hold("BK-A")
    change(service, approval_required=False, tax_percent=Decimal(20), payment_hold_minutes=60)

    after = service.hold("BK-B")

    assert service.hold("BK-A") == before
    assert (before.settings.approval_required, before.price.tax_percent) == (True, Decimal(9))
    assert (after.settings.approval_required, after.price.tax_percent) == (False, Decimal(20))
    assert after.settings.payment_hold_minutes == 60


def test_an_overbooking_allowance_sells_beyond_the_capacity_on_every_night(
    service: RoomsUnderTest,
) -> None:
    service.hold("BK-A", room_type="STE")
    assert service.refusal(service.holding("BK-B", room_type="STE")).code == "SOLD_OUT"

    change(service, overbooking_allowance=1)
    service.hold("BK-B", room_type="STE")
    service.unit_of_work.moment = START + timedelta(days=1)
    with service.unit_of_work.begin() as work:
        assert extend_nights(work)

    assert allowed(service) == {1}
    assert len(service.events(AvailabilityChanged)[1:]) == 1
    assert service.refusal(service.holding("BK-C", 1, 2, room_type="STE")).code == "SOLD_OUT"


def test_a_used_overbooking_allowance_is_not_withdrawn(service: RoomsUnderTest) -> None:
    change(service, overbooking_allowance=1)
    service.hold("BK-A", 3, 5, room_type="STE")
    service.hold("BK-B", 4, 6, room_type="STE")

    refused = service.refusal(changing(service, overbooking_allowance=0))

    assert (refused.code, refused.details["nights"]) == ("WOULD_OVERSELL", [day(4).isoformat()])
    assert allowed(service) == {1}
    assert service.ask(GetSettings(hotel=service.hotel)).settings.overbooking_allowance == 1


def test_a_repeated_import_keeps_the_settings_that_staff_have_changed(service: RoomsUnderTest) -> None:
    definition = service.import_hotel(tagline="From the file")
    change(service, tagline="By hand", room_pin_digits=6)

    service.ask(ImportHotel(definition=definition))
    same = service.ask(GetSettings(hotel=service.hotel))
    service.ask(ImportHotel(definition=replace(definition, tagline="A new file", settings=HotelSettings())))
    newer = service.ask(GetSettings(hotel=service.hotel))

    assert (same.version, same.page.tagline, same.settings.room_pin_digits) == (2, "By hand", 6)
    assert (newer.version, newer.page.tagline, newer.settings.room_pin_digits) == (3, "A new file", 6)
