"""Promotions: added, changed, removed, listed and applied."""

from datetime import date

import pytest
import sqlalchemy as sa

from contracts.rooms.promotions import ChangePromotion, GetPromotion, ListPromotions, RemovePromotion
from contracts.rooms.quotes import GiveQuote
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import adding_promotion, manager, quoted, quoting


def test_a_promotion_is_added_used_changed_and_removed(service: RoomsUnderTest) -> None:
    made = service.ask(adding_promotion(service, code="spring"), caller=manager(service))
    first = quoted(service, promo_code="Spring")
    changed = service.ask(
        ChangePromotion(hotel=service.hotel, code="SPRING", kind="FIXED", value="25.00", min_nights=2)
    )
    second = quoted(service, promo_code="SPRING")
    service.ask(RemovePromotion(hotel=service.hotel, code="Spring"))

    assert (made.code, made.value) == ("SPRING", "10")
    assert (first.price.discount.text, second.price.discount.text) == ("20.00", "25.00")
    assert (changed.kind, changed.value, changed.min_nights) == ("FIXED", "25.00", 2)
    assert service.refusal(quoting(service, promo_code="SPRING")).code == "UNKNOWN_PROMO"
    assert service.refusal(GetPromotion(hotel=service.hotel, code="SPRING")).code == "PROMOTION_NOT_FOUND"
    assert service.hold("BK-A", quote_id=first.quote_id).price.discount.text == "20.00"


def test_a_promotion_applies_to_check_ins_between_its_dates_both_included(service: RoomsUnderTest) -> None:
    service.ask(adding_promotion(service, starts_on=day(2), ends_on=day(4)))

    def asking(first: int) -> GiveQuote:
        return quoting(service, promo_code="SPRING", check_in=day(first), check_out=day(first + 5))

    assert [service.ask(asking(first)).price.discount.text for first in (2, 3, 4)] == ["50.00"] * 3
    assert [service.refusal(asking(first)).code for first in (1, 5)] == ["UNKNOWN_PROMO"] * 2


def test_fields_of_a_promotion_can_be_cleared(service: RoomsUnderTest) -> None:
    service.ask(adding_promotion(service, starts_on=day(2), room_type="STE", max_nights=3, min_nights=2))

    bare = service.ask(
        ChangePromotion(
            hotel=service.hotel, code="SPRING", clear=("starts_on", "room_type", "max_nights", "min_nights")
        )
    )

    assert (bare.starts_on, bare.room_type, bare.max_nights, bare.min_nights) == (None, None, None, 1)
    refused = service.refusal(ChangePromotion(hotel=service.hotel, code="SPRING", clear=("value",)))
    assert [error["field"] for error in refused.errors] == ["value"]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"code": "no spaces"}, {"code"}),
        ({"kind": "HALF"}, {"kind"}),
        ({"value": "101"}, {"value"}),
        ({"value": "NaN"}, {"value"}),
        ({"kind": "FIXED", "value": "1.005"}, {"value"}),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, {"ends_on"}),
        ({"min_nights": 0}, {"min_nights"}),
        ({"min_nights": 3, "max_nights": 2}, {"max_nights"}),
        ({"room_type": "BARN"}, {"room_type"}),
    ],
)
def test_an_invalid_promotion_is_refused(service: RoomsUnderTest, values: dict[str, object], fields: set[str]) -> None:
    refused = service.refusal(adding_promotion(service, **values))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_promotions_are_listed_by_code_and_searched(service: RoomsUnderTest) -> None:
    for code in ("SUMMER", "SPRING", "AUTUMN_10"):
        service.ask(adding_promotion(service, code=code))

    assert [each.code for each in service.ask(ListPromotions(hotel=service.hotel)).results] == [
        "AUTUMN_10", "SPRING", "SUMMER",
    ]  # fmt: skip
    assert service.ask(ListPromotions(hotel=service.hotel, search="n_1")).count == 1
    assert service.refusal(adding_promotion(service, code="summer")).code == "PROMOTION_EXISTS"


def test_the_database_refuses_a_promotion_of_more_than_100_percent(service: RoomsUnderTest) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="promotion_at_most_all"), service.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO promotion (hotel, code, kind, value) VALUES (:hotel, 'X', 'PERCENT', 101)"),
            {"hotel": service.hotel},
        )
