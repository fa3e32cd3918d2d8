"""The validation of a property file; the files of the demonstration are valid."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis import codec
from chassis.refusal import Refusal
from contracts.rooms.hotel_import import HotelDefinition, RoomTypeDefinition
from contracts.rooms.promotions import PromotionDefinition
from contracts.values import CancellationPolicy, HotelSettings, PolicyTier
from services.rooms.domain import hotel_import, policies
from services.rooms.domain.amounts import amount

DEMO = sorted((Path(__file__).parents[3] / "sandbox/demo/hotels").glob("*.json"))
DOUBLE = RoomTypeDefinition(code="DBL", name="Double", max_occupancy=2, base_price="100.00", rooms=("101",))
HOTEL = HotelDefinition(slug="h", name="H", code="HHH", timezone="Europe/Dublin", currency="EUR", room_types=(DOUBLE,))


def fields(definition: HotelDefinition) -> set[str]:
    with pytest.raises(Refusal) as refused:
        hotel_import.check(definition)
    assert refused.value.code == "VALIDATION_ERROR"
    return {error["field"] for error in refused.value.errors}


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_a_demonstration_hotel_is_valid(path: Path) -> None:
    definition = codec.typed(json.loads(path.read_text()), HotelDefinition)

    hotel_import.check(definition)

    assert definition.slug == path.stem
    assert definition.settings.early_checkin_from == "00:00"


def test_there_are_three_demonstration_hotels() -> None:
    assert len(DEMO) == 3


@pytest.mark.parametrize("slug", ["", "Hotel", "a--b", "-a", "hotel-public", "room-bookings", "x" * 51])
def test_a_slug_follows_its_grammar(slug: str) -> None:
    assert fields(replace(HOTEL, slug=slug)) == {"slug"}


def test_texts_of_a_file_are_of_their_kinds() -> None:
    blank = replace(DOUBLE, name="\u200b")
    wrong: dict[str, Any] = {"name": "\u202e", "email": "two..dots@x.example", "phone": "1" * 41, "tagline": "x" * 301}

    assert fields(replace(HOTEL, **wrong, room_types=(blank,))) == {*wrong, "room_types.DBL.name"}
    hotel_import.check(replace(HOTEL, email=""))


def test_the_refusal_of_a_file_names_every_problem() -> None:
    wrong = replace(DOUBLE, base_price="100.001", max_occupancy=0, rooms=("101", "101", "checkout", "1-2"))

    assert fields(replace(HOTEL, code="h", timezone="Mars/Base", currency="euro", room_types=(wrong,))) == {
        "code",
        "timezone",
        "currency",
        "room_types.DBL.base_price",
        "room_types.DBL.max_occupancy",
        "room_types.DBL.rooms",
    }


@pytest.mark.parametrize(("text", "currency"), [("1.5", "JPY"), ("1.234", "EUR"), ("1.005", "KWD"), ("-1", "EUR")])
def test_a_price_that_cannot_be_charged_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        amount(text, currency)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"policy": CancellationPolicy(kind="GENEROUS")}, "policy.kind"),
        ({"policy": CancellationPolicy(kind="CUSTOM")}, "policy.tiers"),
        ({"settings": HotelSettings(room_pin_digits=3)}, "settings.room_pin_digits"),
        ({"settings": HotelSettings(late_arrival_cutoff="26:00")}, "settings.late_arrival_cutoff"),
        ({"tax_percent": Decimal(101)}, "tax_percent"),
        ({"name": " "}, "name"),
    ],
)
def test_the_policy_and_the_settings_of_a_file_are_validated(changes: dict[str, Any], where: str) -> None:
    assert fields(replace(HOTEL, **changes)) == {where}


@pytest.mark.parametrize("promotion", [("HALF", "50"), ("PERCENT", "101"), ("PERCENT", "much"), ("FIXED", "1.001")])
def test_an_invalid_promotion_is_refused(promotion: tuple[str, str]) -> None:
    kind, value = promotion

    assert fields(replace(HOTEL, promotions=(PromotionDefinition(code="P", kind=kind, value=value),)))


def test_a_policy_without_a_text_gets_one_from_its_terms() -> None:
    tiers = (PolicyTier(hours_before=0, kind="FULL_STAY"), PolicyTier(hours_before=72, kind="NONE"))

    assert policies.in_words(CancellationPolicy(kind="FLEXIBLE"), "EUR").text == (
        "Free cancellation until 24 hours before check-in, then the first night is charged."
    )
    assert policies.in_words(CancellationPolicy(kind="CUSTOM", tiers=tiers), "EUR").text == (
        "Cancellation: up to 72 hours before check-in nothing is charged; "
        "up to 0 hours before check-in the whole stay is charged."
    )
    assert policies.in_words(CancellationPolicy(kind="NON_REFUNDABLE", text="No."), "EUR").text == "No."
