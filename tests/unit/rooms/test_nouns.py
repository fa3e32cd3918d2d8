"""The pure decisions of the nouns: a definition drafted, changed and checked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.rooms.hotels import WiFi
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, MenuItem
from contracts.rooms.policies import AddPolicy, ChangePolicy, PolicyDefinition
from contracts.rooms.promotions import AddPromotion, ChangePromotion, PromotionDefinition
from contracts.rooms.room_types import AddRoomType, ChangeRoomType, RoomTypeView
from contracts.values import HotelSettings, Money
from services.rooms.domain import menu, policies, promotions, room_types
from services.rooms.domain.definitions import differing
from services.rooms.domain.hotels import Hotel

HOTEL = Hotel(
    slug="h", name="H", code="HHH", timezone="Europe/Dublin", currency="EUR", tax_percent=Decimal(9), page={},
    settings=HotelSettings(), policy_code="STANDARD", wifi=WiFi(), version=1,
)  # fmt: skip
POLICY = PolicyDefinition(code="STRICT", name="Strict", kind="MODERATE", free_until_hours=72)
PROMOTION = PromotionDefinition(code="SPRING", kind="PERCENT", value="10", room_type="DBL", max_nights=5)
ROOM_TYPE = RoomTypeView(code="DBL", name="Double", max_occupancy=2, base_price=Money(10000, "EUR"), policy="STRICT")
ITEM = MenuItem(id=3, name="Soup", description="", category="Lunch", price=Money(700, "EUR"), is_available=True)


def invalid_fields(call: Any) -> set[str]:
    with pytest.raises(Refusal) as refused:
        call()
    assert refused.value.code == "VALIDATION_ERROR"
    return {error["field"] for error in refused.value.errors}


def test_the_code_of_a_drafted_policy_or_promotion_is_in_capitals() -> None:
    policy = policies.drafted(AddPolicy(hotel="h", policy=replace(POLICY, code="strict")), HOTEL)
    promotion = promotions.drafted(AddPromotion(hotel="h", promotion=replace(PROMOTION, code="spring")), HOTEL)

    assert (policy, promotion) == (POLICY, PROMOTION)


def test_a_change_of_a_policy_s_kind_clears_the_free_hours_unless_the_change_names_them() -> None:
    flexible = policies.changed(POLICY, ChangePolicy(hotel="h", code="STRICT", kind="FLEXIBLE"), HOTEL)
    with_hours = policies.changed(
        POLICY, ChangePolicy(hotel="h", code="STRICT", kind="FLEXIBLE", free_until_hours=48), HOTEL
    )

    assert (flexible.free_until_hours, with_hours.free_until_hours) == (None, 48)


def test_the_standard_policy_is_not_unset() -> None:
    standard = replace(POLICY, is_standard=True)
    command = ChangePolicy(hotel="h", code="STRICT", is_standard=False)

    assert invalid_fields(lambda: policies.changed(standard, command, HOTEL)) == {"is_standard"}


def test_a_changed_promotion_has_the_given_and_the_cleared_fields() -> None:
    command = ChangePromotion(hotel="h", code="SPRING", value="15", clear=("max_nights",))

    assert promotions.changed(PROMOTION, command, HOTEL) == replace(PROMOTION, value="15", max_nights=None)


def test_a_field_without_a_default_cannot_be_cleared() -> None:
    command = ChangePromotion(hotel="h", code="SPRING", clear=("value", "kind"))

    assert invalid_fields(lambda: promotions.changed(PROMOTION, command, HOTEL)) == {"value", "kind"}


def test_a_promotion_of_an_unknown_room_type_is_refused_with_every_other_problem() -> None:
    wrong = replace(PROMOTION, value="101")

    assert invalid_fields(lambda: promotions.checked(wrong, currency="EUR", room_type=None)) == {"room_type", "value"}


def test_a_drafted_room_type_has_its_price_as_money() -> None:
    command = AddRoomType(hotel="h", code="DBL", name="Double", max_occupancy=2, base_price="100.00", policy="STRICT")

    assert room_types.drafted(command, HOTEL) == ROOM_TYPE


def test_a_changed_room_type_has_its_new_price_as_money_and_keeps_the_rest() -> None:
    command = ChangeRoomType(hotel="h", code="DBL", base_price="110.00", clear=("policy",))

    changed = room_types.changed(ROOM_TYPE, command, HOTEL)

    assert changed == replace(ROOM_TYPE, base_price=Money(11000, "EUR"), policy=None)
    assert differing(ROOM_TYPE, changed) == ["base_price", "policy"]


def test_a_room_type_with_a_price_that_cannot_be_charged_is_refused() -> None:
    command = ChangeRoomType(hotel="h", code="DBL", base_price="1.234")

    assert invalid_fields(lambda: room_types.changed(ROOM_TYPE, command, HOTEL)) == {"base_price"}


def test_a_room_type_with_a_taken_name_or_an_unknown_policy_is_refused() -> None:
    def check(**context: Any) -> set[str]:
        return invalid_fields(lambda: room_types.checked(ROOM_TYPE, **context))

    assert check(name_is_taken=True, policy="STRICT") == {"name"}
    assert check(name_is_taken=False, policy=None) == {"policy"}
    assert room_types.checked(ROOM_TYPE, name_is_taken=False, policy="STRICT") == ROOM_TYPE


def test_a_drafted_menu_item_is_new_and_without_surrounding_blanks() -> None:
    command = AddMenuItem(hotel="h", name=" Soup ", price="7.00", category="Lunch ")

    assert menu.drafted(command, HOTEL) == replace(ITEM, id=menu.NEW)


def test_an_invalid_menu_item_is_refused_with_every_problem() -> None:
    command = ChangeMenuItem(hotel="h", item_id=3, name=" ", price="7.001", description="x" * 501)

    assert invalid_fields(lambda: menu.changed(ITEM, command, HOTEL)) == {"name", "price", "description"}


def test_a_menu_item_may_be_changed_to_unavailable() -> None:
    changed = menu.changed(ITEM, ChangeMenuItem(hotel="h", item_id=3, is_available=False), HOTEL)

    assert changed == replace(ITEM, is_available=False)
