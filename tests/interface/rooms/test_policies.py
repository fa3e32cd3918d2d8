"""Cancellation policies: added, changed, removed, and applied."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from contracts.rooms.hotel_import import ImportHotel
from contracts.rooms.policies import ChangePolicy, GetPolicy, ListPolicies, RemovePolicy, TierDefinition
from contracts.rooms.room_types import ChangeRoomType
from contracts.values import CancellationPolicy
from tests.interface.rooms.rooms_under_test import RoomsUnderTest

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import adding_policy, manager, quoted


def test_a_policy_applies_to_the_types_that_name_it(service: RoomsUnderTest) -> None:
    service.ask(adding_policy(service), caller=manager(service))
    before = service.hold("BK-A", room_type="STE")

    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", policy="Strict"))

    assert before.policy.kind == "FLEXIBLE"
    assert service.hold("BK-B", 5, 6, room_type="STE").policy.kind == "NON_REFUNDABLE"
    assert service.hold("BK-C").policy.kind == "FLEXIBLE"
    assert quoted(service, room_type="STE").policy_text.startswith("Not refundable")
    assert service.hold("BK-A", room_type="STE") == before


def test_another_policy_can_be_the_standard_one(service: RoomsUnderTest) -> None:
    made = service.ask(adding_policy(service, kind="MODERATE", is_standard=True))

    assert (made.free_until_hours, made.percent) == (48, "50")
    assert service.hold("BK-A").policy.free_until_hours == 48
    standard = service.ask(GetPolicy(hotel=service.hotel, code="standard"))
    assert not standard.is_standard
    service.ask(RemovePolicy(hotel=service.hotel, code="STANDARD"))
    assert service.refusal(RemovePolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_IN_USE"
    refused = service.refusal(ChangePolicy(hotel=service.hotel, code="STRICT", is_standard=False))
    assert [error["field"] for error in refused.errors] == ["is_standard"]


def test_a_policy_that_a_type_names_is_not_removed(service: RoomsUnderTest) -> None:
    service.ask(adding_policy(service))
    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", policy="STRICT"))

    assert service.refusal(RemovePolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_IN_USE"
    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", clear=("policy",)))
    service.ask(RemovePolicy(hotel=service.hotel, code="STRICT"))
    assert service.refusal(GetPolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_NOT_FOUND"


def test_the_tiers_of_a_policy_are_read_as_they_were_written(service: RoomsUnderTest) -> None:
    tiers = (
        TierDefinition(hours_before=168, kind="NONE"),
        TierDefinition(hours_before=48, kind="FIXED", value="40.00"),
        TierDefinition(hours_before=0, kind="PERCENTAGE", value="80"),
    )

    made = service.ask(adding_policy(service, kind="CUSTOM", tiers=tiers, is_standard=True))
    held = service.hold("BK-A").policy

    assert made.tiers == (TierDefinition(hours_before=168, kind="NONE", value="0"), *tiers[1:])
    assert [(tier.hours_before, tier.kind, tier.value) for tier in held.tiers] == [
        (168, "NONE", Decimal(0)), (48, "FIXED", Decimal(4000)), (0, "PERCENTAGE", Decimal(80)),
    ]  # fmt: skip
    assert "EUR 40.00" in held.text


def test_a_change_of_a_policy_s_kind_resets_the_free_hours(service: RoomsUnderTest) -> None:
    changed = service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", kind="MODERATE"))
    standard = service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", free_until_hours=72))

    assert (changed.free_until_hours, standard.free_until_hours) == (48, 72)
    assert (standard.kind, standard.name) == ("MODERATE", "Standard")


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"code": "a b"}, {"code"}),
        ({"kind": "KIND"}, {"kind"}),
        ({"percent": "101"}, {"percent"}),
        ({"percent": "half"}, {"percent"}),
        ({"free_until_hours": -1}, {"free_until_hours"}),
        ({"no_show": "FIXED"}, {"no_show"}),
        ({"kind": "CUSTOM"}, {"tiers"}),
        ({"tiers": (TierDefinition(hours_before=1, kind="NONE"),) * 2}, {"tiers"}),
        ({"tiers": (TierDefinition(hours_before=-1, kind="ALL"),)}, {"tiers.0.hours_before", "tiers.0.kind"}),
        ({"tiers": (TierDefinition(hours_before=1, kind="FIXED", value="0.001"),)}, {"tiers.0.value"}),
        ({"tiers": (TierDefinition(hours_before=1, kind="PERCENTAGE", value="101"),)}, {"tiers.0.value"}),
    ],
)
def test_an_invalid_policy_is_refused(service: RoomsUnderTest, values: dict[str, object], fields: set[str]) -> None:
    refused = service.refusal(adding_policy(service, **values))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_an_import_keeps_the_policy_that_staff_have_changed(service: RoomsUnderTest) -> None:
    definition = service.import_hotel(policy=CancellationPolicy(kind="NON_REFUNDABLE"))
    service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", kind="FLEXIBLE"))

    service.ask(ImportHotel(definition=definition))

    assert service.hold("BK-A").policy.kind == "FLEXIBLE"
    assert service.ask(ListPolicies(hotel=service.hotel)).count == 1


def test_a_hotel_always_has_its_standard_policy(service: RoomsUnderTest) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="standard_policy"), service.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cancellation_policy WHERE hotel = :hotel"), {"hotel": service.hotel})
