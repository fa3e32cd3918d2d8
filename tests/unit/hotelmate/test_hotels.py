"""Reading property files."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hotelmate.errors import CommandError
from hotelmate.hotels import read_property

DEMO = Path(__file__).parents[3] / "sandbox" / "demo" / "hotels"


def a_property(**changes: Any) -> dict[str, Any]:
    return {
        "slug": "hotel-sea",
        "name": "Hotel Sea",
        "code": "SEA",
        "timezone": "Europe/Dublin",
        "currency": "EUR",
        "room_types": [
            {"code": "DBL", "name": "Double", "max_occupancy": 2, "base_price": "100.00", "rooms": ["1", "2"]}
        ],
    } | changes


def written(folder: Path, data: object) -> Path:
    file = folder / "property.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return file


def test_a_whole_property_is_read(tmp_path: Path) -> None:
    definition = read_property(written(tmp_path, a_property(settings={"approval_required": False})))

    assert definition.slug == "hotel-sea"
    assert definition.room_types[0].rooms == ("1", "2")
    assert definition.settings.approval_required is False


@pytest.mark.parametrize(
    ("policy", "hours"),
    [({"kind": "MODERATE"}, 48), ({"kind": "FLEXIBLE"}, 24), ({"kind": "MODERATE", "free_until_hours": 12}, 12)],
)
def test_a_policy_without_free_hours_has_those_of_its_kind(tmp_path: Path, policy: dict[str, Any], hours: int) -> None:
    assert read_property(written(tmp_path, a_property(policy=policy))).policy.free_until_hours == hours


@pytest.mark.parametrize(("currency", "fee", "minor"), [("EUR", "30.50", 3050), ("JPY", "3000", 3000)])
def test_a_fixed_fee_of_the_policy_is_read_in_major_units(tmp_path: Path, currency: str, fee: str, minor: int) -> None:
    tiers = [
        {"hours_before": 48, "kind": "FIXED", "value": fee},
        {"hours_before": 0, "kind": "PERCENTAGE", "value": 50},
    ]
    policy = {"kind": "CUSTOM", "tiers": tiers}

    read = read_property(written(tmp_path, a_property(currency=currency, policy=policy))).policy.tiers

    assert [(tier.kind, tier.value) for tier in read] == [("FIXED", Decimal(minor)), ("PERCENTAGE", Decimal(50))]


def test_a_fixed_fee_with_too_many_digits_is_named(tmp_path: Path) -> None:
    policy = {"kind": "CUSTOM", "tiers": [{"hours_before": 0, "kind": "FIXED", "value": "30.5"}]}

    with pytest.raises(CommandError) as problem:
        read_property(written(tmp_path, a_property(currency="JPY", policy=policy)))

    assert problem.value.details == ("policy.tiers: 30.5 has more digits than JPY",)


@pytest.mark.parametrize("file", sorted(DEMO.glob("*.json")), ids=lambda file: file.stem)
def test_the_demo_hotels_are_properties(file: Path) -> None:
    assert read_property(file).slug == file.stem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (a_property(name=7), "name: expected str, got int"),
        ({name: value for name, value in a_property().items() if name != "slug"}, "slug: is missing"),
        (a_property(room_types=[{"code": "X"}]), "room_types[0].name: is missing"),
        (a_property(settings={"payment_hold_minutes": "soon"}), "settings.payment_hold_minutes"),
        (a_property(swimming_pool=True), "swimming_pool: is not a field of a property"),
        (a_property(settings={"checkin": "15:00"}), "settings.checkin: is not a field of a property"),
        (
            a_property(room_types=[{**a_property()["room_types"][0], "beds": 2}]),
            "room_types[0].beds: is not a field of a property",
        ),
        (
            a_property(policy={"kind": "CUSTOM", "tiers": [{"hours_before": 1, "kind": "NONE", "fee": 1}]}),
            "policy.tiers[0].fee: is not a field of a property",
        ),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(CommandError) as trouble:
        read_property(written(tmp_path, data))

    assert any(detail.startswith(said) for detail in trouble.value.details), trouble.value.details


def test_every_unknown_field_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as trouble:
        read_property(written(tmp_path, a_property(pool=1, spa=2)))

    assert len(trouble.value.details) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "line 1, column 2"), ('{"a": 1,\n "b"}', "line 2"), ("[]", "one JSON object"), ("", "is not JSON")],
)
def test_a_file_that_is_no_json_object_is_refused_as_such(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        read_property(written(tmp_path, text))


def test_a_missing_file_is_reported_as_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        read_property(tmp_path / "nowhere.json")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "property.json"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(CommandError, match="not UTF-8"):
        read_property(file)
