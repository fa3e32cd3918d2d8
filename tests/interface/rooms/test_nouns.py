"""Every noun of a hotel: permission and audit rows."""

import pytest

from contracts.rooms.policies import ListPolicies
from contracts.rooms.promotions import ListPromotions
from contracts.rooms.rates import ListRates
from contracts.values import Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, staff

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import (
    adding_policy,
    adding_promotion,
    adding_room_type,
    manager,
    writing_rates,
)


def test_a_noun_needs_the_permission_and_every_change_has_an_audit_row(service: RoomsUnderTest) -> None:
    clerk = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))
    asks = [
        adding_room_type(service),
        writing_rates(service, 1, 2, "1.00"),
        adding_promotion(service),
        adding_policy(service),
    ]
    queries = [ListRates(hotel=service.hotel), ListPromotions(hotel=service.hotel), ListPolicies(hotel=service.hotel)]

    assert {service.refusal(ask, caller=clerk).code for ask in (*asks, *queries)} == {"PERMISSION_DENIED"}
    for ask in asks:
        service.ask(ask, caller=manager(service))

    trail = service.rows("SELECT what, by ->> 'id' AS by, why FROM audit WHERE subject = :s ORDER BY sequence",
                       s=f"edits/{service.hotel}")  # fmt: skip
    assert [row.what for row in trail] == ["RoomTypeAdded", "RatesWritten", "PromotionAdded", "PolicyAdded"]
    assert {row.by for row in trail} == {"7"}
