"""What a hotel's managers change over HTTP: settings, rooms, types, rates, promotions, policies."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms.hotels import WiFi
from contracts.rooms.policies import AddPolicy, ChangePolicy, PolicyDefinition, TierDefinition
from contracts.rooms.promotions import AddPromotion, ChangePromotion, PromotionDefinition
from contracts.rooms.rates import RatesWritten, WriteRates
from contracts.rooms.room_types import ChangeRoomType, GetRoomType, ListRoomTypes, RoomTypes, RoomTypeView
from contracts.rooms.rooms import AddRoom, ChangeRoom, RemoveRoom
from contracts.rooms.settings import SETTING_CHOICES, ChangeSettings, GetSettings, SettingsChange
from contracts.values import HotelSettings, Money
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

NEWER = ("smallest_charge", "largest_charge", "max_public_nights", *SETTING_CHOICES)
HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
SETTINGS = f"{HOTEL}/settings/"
TYPE = RoomTypeView(code="STD", name="Standard", max_occupancy=2, base_price=Money(12000, "EUR"), rooms=3)
PROMOTION = PromotionDefinition(code="SPRING", kind="PERCENT", value="10")
POLICY = PolicyDefinition(
    code="STRICT", name="Strict", kind="CUSTOM", tiers=(TierDefinition(hours_before=0, kind="FULL_STAY"),)
)
WRITTEN = RatesWritten(
    room_type_code="STD", start_date=date(2026, 8, 1), end_date=date(2026, 8, 31), price=Money(15000, "EUR"), nights=31
)


def errors(answer: Any) -> set[str]:
    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("limit", ["0.70", ""])
def test_the_limits_of_card_payments_are_changed_and_given_back(
    gateway: Gateway, manager: dict[str, str], limit: str
) -> None:
    gateway.bus.answers(ChangeSettings, builders.operating_settings())

    answer = gateway.patch(SETTINGS, {"smallest_charge": limit}, headers=manager)

    assert answer.status_code == 200
    assert gateway.bus.last(ChangeSettings).change == SettingsChange(smallest_charge=limit)
    assert answer.json()["smallest_charge"] == ""


def test_a_limit_of_card_payments_that_is_no_amount_is_refused(gateway: Gateway, manager: dict[str, str]) -> None:
    assert errors(gateway.patch(SETTINGS, {"largest_charge": "much"}, headers=manager)) == {"largest_charge"}


def test_all_settings_may_be_replaced_without_those_that_older_clients_do_not_know(
    gateway: Gateway, manager: dict[str, str]
) -> None:
    gateway.bus.answers(GetSettings, builders.operating_settings())
    gateway.bus.answers(ChangeSettings, builders.operating_settings())
    known = gateway.get(SETTINGS, headers=manager).json()
    older = {name: value for name, value in known.items() if name not in NEWER}

    assert gateway.call("PUT", SETTINGS, json=older, headers=manager).status_code == 200
    assert gateway.bus.last(ChangeSettings).change.smallest_charge is None


def test_settings_come_with_their_version(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(GetSettings, builders.operating_settings())

    answer = gateway.get(SETTINGS, headers=front_desk)

    assert answer.headers["etag"] == '"5"'
    assert answer.json()["payment_hold_minutes"] == 15
    assert answer.json()["name"] == "Hotel Killarney"


def test_some_settings_are_patched_with_the_version_seen(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ChangeSettings, builders.operating_settings())
    body = {"approval_required": False, "tax_percent": "13.5", "wifi": {"ssid": "a", "password": "b"}, "gallery": []}

    answer = gateway.patch(SETTINGS, body, headers={**manager, "If-Match": '"5"'})

    assert (answer.status_code, answer.headers["etag"]) == (200, '"5"')
    change = gateway.bus.last(ChangeSettings).change
    assert change == SettingsChange(
        approval_required=False, tax_percent=Decimal("13.5"), wifi=WiFi(ssid="a", password="b"), gallery=()
    )
    assert gateway.bus.last_context(ChangeSettings).if_match == (5,)


def test_another_version_is_412(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ChangeSettings, Refusal("VERSION_MISMATCH", "Changed.", version=6))

    answer = gateway.patch(SETTINGS, {"name": "X"}, headers={**manager, "If-Match": '"5"'})

    assert (answer.status_code, code(answer)) == (412, "VERSION_MISMATCH")


def test_settings_can_be_put_as_they_were_read(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(GetSettings, builders.operating_settings())
    gateway.bus.answers(ChangeSettings, builders.operating_settings())
    settings = gateway.get(SETTINGS, headers=manager).json()

    answer = gateway.call("PUT", SETTINGS, json=settings, headers=manager)

    assert answer.status_code == 200
    change = gateway.bus.last(ChangeSettings).change
    unset = {each.name for each in fields(change) if getattr(change, each.name) is None}
    assert unset == {"wifi"}


def test_a_put_needs_every_setting_and_refuses_changes_of_fixed_ones(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(GetSettings, builders.operating_settings())
    settings = gateway.get(SETTINGS, headers=manager).json()

    given = {name: value for name, value in settings.items() if name not in {"tagline", "tax_percent"}}
    part = gateway.call("PUT", SETTINGS, json=given, headers=manager)
    moved = gateway.call("PUT", SETTINGS, json=settings | {"currency": "USD", "slug": "other"}, headers=manager)

    assert errors(part) == {"tagline", "tax_percent"}
    assert errors(moved) == {"currency", "slug"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"room_pin_digits": 9}, "room_pin_digits"),
        ({"guest_changes": "sometimes"}, "guest_changes"),
        ({"change_payment_guest": None}, "change_payment_guest"),
        ({"approval_cutoff_time": "25:00"}, "approval_cutoff_time"),
        ({"approval_required": None}, "approval_required"),
        ({"currency": "USD"}, "currency"),
        ({"hero_image": "javascript:alert(1)"}, "hero_image"),
        ({"theme": {"a": "\x00"}}, "theme"),
        ({"theme": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, "theme"),
        ({"theme": {str(n): n for n in range(300)}}, "theme"),
        ({"tax_percent": 9.5}, "tax_percent"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_an_invalid_setting_is_named(
    gateway: Gateway, manager: dict[str, str], *, body: dict[str, Any], field: str
) -> None:
    assert errors(gateway.patch(SETTINGS, body, headers=manager)) == {field}


def test_staff_see_every_operating_setting(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(GetSettings, builders.operating_settings())

    settings = gateway.get(SETTINGS, headers=front_desk).json()

    assert {each.name for each in fields(HotelSettings)} | {"tax_percent", "wifi"} <= settings.keys()


def test_the_public_settings_have_only_the_fields_of_the_hotel_page(gateway: Gateway) -> None:
    settings = gateway.get(f"/api/public/hotels/{builders.HOTEL}/settings/").json()

    assert settings.keys() == {
        "slug", "name", "tagline", "short_description", "long_description", "address", "email", "phone", "hero_image",
        "logo_image", "gallery", "amenities", "theme", "check_in_time", "check_out_time", "timezone", "currency",
    }  # fmt: skip


def test_a_room_is_added_changed_and_removed(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(AddRoom, builders.room())
    gateway.bus.answers(ChangeRoom, builders.room())
    gateway.bus.answers(RemoveRoom, Nothing())
    body = {"room_number": "101", "room_type": "STD", "floor": 1}

    added = gateway.post(f"{HOTEL}/rooms/", body, headers=manager)
    changed = gateway.patch(f"{HOTEL}/rooms/101/", {"floor": None, "is_active": False}, headers=manager)
    removed = gateway.call("DELETE", f"{HOTEL}/rooms/101/", headers={**manager, "If-Match": '"3"'})

    assert [added.status_code, changed.status_code, removed.status_code] == [201, 200, 204]
    assert "etag" in added.headers
    command = gateway.bus.last(ChangeRoom)
    assert (command.is_active, command.floor, command.clear) == (False, None, ("floor",))
    assert gateway.bus.last_context(RemoveRoom).if_match == (3,)


def test_a_refusal_names_the_nights_in_conflict(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(RemoveRoom, Refusal("WOULD_OVERSELL", "Too few.", nights=["2026-08-14"]))

    answer = gateway.call("DELETE", "/rooms/rooms/101/", headers=manager)

    assert (answer.status_code, code(answer), answer.json()["nights"]) == (409, "WOULD_OVERSELL", ["2026-08-14"])


def test_room_types_are_managed(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ListRoomTypes, RoomTypes(count=21, results=(TYPE,)))
    gateway.bus.answers(ChangeRoomType, TYPE)
    gateway.bus.answers(GetRoomType, Refusal("ROOM_TYPE_NOT_FOUND", "No such type."))

    listed = gateway.get(f"{HOTEL}/room-types/?search=std", headers=manager).json()
    changed = gateway.patch(f"{HOTEL}/room-types/STD/", {"base_price": "120.00", "policy": None}, headers=manager)
    unknown = gateway.get(f"{HOTEL}/room-types/BARN/", headers=manager)

    assert (listed["count"], listed["next"]) == (21, "?search=std&page=2")
    assert (changed.json()["base_price"], changed.json()["currency"], changed.json()["rooms"]) == ("120.00", "EUR", 3)
    assert gateway.bus.last(ChangeRoomType).clear == ("policy",)
    assert (unknown.status_code, code(unknown)) == (404, "NOT_FOUND")


def test_rates_are_set_and_cleared_in_ranges(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(WriteRates, WRITTEN)
    nights = {"room_type": "STD", "start_date": "2026-08-01", "end_date": "2026-08-31"}

    done = gateway.post(f"{HOTEL}/rates/", nights | {"price": "150.00", "weekdays": [4, 5]}, headers=manager)
    ask = gateway.bus.last(WriteRates)
    cleared = gateway.call("DELETE", f"{HOTEL}/rates/", params=nights, headers=manager)

    assert (done.json()["nights"], done.json()["price"]) == (31, "150.00")
    assert (ask.price, ask.weekdays) == ("150.00", (4, 5))
    assert cleared.status_code == 200
    assert gateway.bus.last(WriteRates).price is None
    floats = gateway.post(f"{HOTEL}/rates/", nights | {"price": 150.0}, headers=manager)
    assert errors(floats) == {"price"}


def test_promotions_are_managed(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(AddPromotion, PROMOTION)
    gateway.bus.answers(ChangePromotion, PROMOTION)
    body = {"code": "Spring", "kind": "PERCENT", "value": "10", "starts_on": "2026-08-01"}

    added = gateway.post(f"{HOTEL}/promotions/", body, headers=manager)
    gateway.patch(f"{HOTEL}/promotions/SPRING/", {"ends_on": "2026-09-01", "max_nights": None}, headers=manager)

    assert (added.status_code, added.json()["value"]) == (201, "10")
    assert gateway.bus.last(AddPromotion).promotion.starts_on == date(2026, 8, 1)
    command = gateway.bus.last(ChangePromotion)
    assert (command.ends_on, command.clear) == (date(2026, 9, 1), ("max_nights",))


def test_policies_are_managed(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(AddPolicy, POLICY)
    gateway.bus.answers(ChangePolicy, POLICY)
    tiers = [{"hours_before": 0, "kind": "FULL_STAY"}]
    path = f"{HOTEL}/cancellation-policies"

    added = gateway.post(f"{path}/", {"code": "s", "name": "S", "kind": "CUSTOM", "tiers": tiers}, headers=manager)
    gateway.patch(f"{path}/STRICT/", {"is_standard": True, "no_show": None}, headers=manager)

    assert added.json()["tiers"] == [{"hours_before": 0, "kind": "FULL_STAY", "value": "0"}]
    assert gateway.bus.last(AddPolicy).policy.tiers[0].hours_before == 0
    assert (gateway.bus.last(ChangePolicy).is_standard, gateway.bus.last(ChangePolicy).clear) == (
        True, ("no_show",)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "settings/"),
        ("PUT", "settings/"),
        ("POST", "rooms/"),
        ("PATCH", "rooms/101/"),
        ("DELETE", "rooms/101/"),
        ("GET", "room-types/"),
        ("POST", "rates/"),
        ("DELETE", "promotions/SPRING/"),
        ("GET", "cancellation-policies/"),
    ],
)
def test_terms_are_for_managers_only(gateway: Gateway, front_desk: dict[str, str], *, method: str, path: str) -> None:
    away = gateway.accounts.signed_in(builders.staff(Role.MANAGER, hotel=builders.OTHER_HOTEL))

    assert code(gateway.call(method, f"{HOTEL}/{path}", headers=front_desk)) == "PERMISSION_DENIED"
    assert gateway.call(method, f"{HOTEL}/{path}", headers=away).status_code == 403
    assert gateway.call(method, f"{HOTEL}/{path}").status_code == 401
