"""Room types, daily rates, promotions and cancellation policies are kept by hand; what is promised stays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from contracts.rooms import (
    AddPolicy,
    AddPromotion,
    AddRoom,
    AddRoomType,
    AvailabilityChanged,
    ChangePolicy,
    ChangePromotion,
    ChangeRoomType,
    CheckAvailability,
    GetPolicy,
    GetPromotion,
    GetRoomType,
    GiveQuote,
    ImportHotel,
    ListPolicies,
    ListPromotions,
    ListRates,
    ListRoomTypes,
    PolicyDefinition,
    PromotionDefinition,
    Quote,
    RatesWritten,
    RemovePolicy,
    RemovePromotion,
    RemoveRoom,
    RemoveRoomType,
    TierDefinition,
    WriteRates,
)
from contracts.values import Caller, CancellationPolicy, Page, Permission
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day, staff

pytestmark = pytest.mark.usefixtures("fitting")


def manager(service: RoomsUnderTest) -> Caller:
    return staff(service, Permission.MANAGE_SETTINGS)


def quoting(service: RoomsUnderTest, **overrides: object) -> GiveQuote:
    facts = {
        "hotel": service.hotel, "room_type": "DBL", "check_in": day(0), "check_out": day(2), "adults": 2, "children": 0
    }  # fmt: skip
    return GiveQuote(**(facts | overrides))


def quoted(service: RoomsUnderTest, **overrides: object) -> Quote:
    return service.ask(quoting(service, **overrides))


def rates(service: RoomsUnderTest, first: int, last: int, price: str | None, **more: object) -> RatesWritten:
    return service.ask(writing(service, first, last, price, **more), caller=manager(service))


def writing(service: RoomsUnderTest, first: int, last: int, price: str | None, **more: object) -> WriteRates:
    facts = {
        "hotel": service.hotel,
        "room_type": "DBL",
        "start_date": day(first),
        "end_date": day(last),
        "price": price,
    }
    return WriteRates(**(facts | more))


def promoting(service: RoomsUnderTest, **facts: object) -> AddPromotion:
    usual = {"code": "SPRING", "kind": "PERCENT", "value": "10"}
    return AddPromotion(hotel=service.hotel, promotion=PromotionDefinition(**(usual | facts)))


def a_policy(service: RoomsUnderTest, **facts: object) -> AddPolicy:
    usual = {"code": "strict", "name": "Strict", "kind": "NON_REFUNDABLE"}
    return AddPolicy(hotel=service.hotel, policy=PolicyDefinition(**(usual | facts)))


def a_type(service: RoomsUnderTest, **facts: object) -> AddRoomType:
    usual = {"hotel": service.hotel, "code": "FAM", "name": "Family", "max_occupancy": 4, "base_price": "180.00"}
    return AddRoomType(**(usual | facts))


# Daily rates


def test_rates_are_set_on_both_ends_and_let_go_of_again(service: RoomsUnderTest) -> None:
    written = rates(service, 1, 3, "150.00")
    shown = service.ask(ListRates(hotel=service.hotel))
    let_go = rates(service, 2, 9, None)

    assert (written.nights, written.price and written.price.text) == (3, "150.00")
    assert [(rate.room_type_code, rate.date, rate.price.text) for rate in shown.results] == [
        ("DBL", day(number), "150.00") for number in (1, 2, 3)
    ]
    assert let_go.price is None
    price = quoted(service, check_out=day(4)).price
    assert [night.text for night in price.nights] == ["100.00", "150.00", "100.00", "100.00"]
    assert [event.room_types for event in service.events(AvailabilityChanged)] == [("DBL",), ("DBL",)]


def test_rates_may_be_for_some_weekdays_only(service: RoomsUnderTest) -> None:
    written = rates(service, 0, 13, "200.00", weekdays=(4, 5))

    assert written.nights == 4
    assert {rate.date.weekday() for rate in service.ask(ListRates(hotel=service.hotel)).results} == {4, 5}


def test_rates_are_listed_by_type_dates_and_page(service: RoomsUnderTest) -> None:
    rates(service, 0, 9, "150.00")
    rates(service, 0, 9, "300.00", room_type="Suite")

    suites = service.ask(ListRates(hotel=service.hotel, room_type="ste", start_date=day(8), end_date=day(20)))
    second = service.ask(ListRates(hotel=service.hotel, page=Page(page=2, page_size=15)))

    assert [(rate.room_type_code, rate.date) for rate in suites.results] == [("STE", day(8)), ("STE", day(9))]
    assert (second.count, len(second.results)) == (20, 5)


@pytest.mark.parametrize(
    ("first", "last", "price", "more", "code", "field"),
    [
        (-1, 3, "150.00", {}, "VALIDATION_ERROR", "start_date"),
        (3, 2, "150.00", {}, "VALIDATION_ERROR", "end_date"),
        (1, 2, "150.001", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "-1", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "1e3", {}, "VALIDATION_ERROR", "price"),
        (1, 2, "10", {"weekdays": (7,)}, "VALIDATION_ERROR", "weekdays"),
        (1, 730, "150.00", {}, "BEYOND_HORIZON", None),
        (1, 2, "150.00", {"room_type": "BARN"}, "ROOM_TYPE_NOT_FOUND", None),
    ],
)
def test_rates_that_make_no_sense_are_refused(
    service: RoomsUnderTest, *, first: int, last: int, price: str, more: dict[str, object], code: str, field: str | None
) -> None:
    refused = service.refusal(writing(service, first, last, price, **more))

    assert refused.code == code
    assert [error["field"] for error in refused.errors] == ([field] if field else [])


def test_the_last_night_on_sale_can_have_a_rate(service: RoomsUnderTest) -> None:
    assert rates(service, 729, 729, "150.00").nights == 1


def test_a_live_quote_keeps_its_price_whatever_rates_become(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    rates(service, 0, 5, "999.00")

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.hold("BK-B").price.total.text == "2177.82"


@pytest.mark.parametrize(("seconds", "alive"), [(1800, True), (1801, False)])
def test_a_quote_lives_exactly_as_long_as_it_says(service: RoomsUnderTest, seconds: int, *, alive: bool) -> None:
    quote = quoted(service)
    service.unit_of_work.moment = START + timedelta(seconds=seconds)
    wish = service.wish("BK-A", quote_id=quote.quote_id)

    if alive:
        assert service.ask(wish).price == quote.price
    else:
        assert service.refusal(wish).code == "UNKNOWN_QUOTE"


def test_a_quote_of_another_hotel_is_unknown(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.import_hotel()

    assert service.refusal(service.wish("BK-A", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


# Promotions


def test_a_promotion_is_added_used_changed_and_removed(service: RoomsUnderTest) -> None:
    made = service.ask(promoting(service, code="spring"), caller=manager(service))
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


def test_a_promotion_is_for_check_ins_between_its_dates_both_included(service: RoomsUnderTest) -> None:
    service.ask(promoting(service, starts_on=day(2), ends_on=day(4)))

    def asking(first: int) -> GiveQuote:
        return quoting(service, promo_code="SPRING", check_in=day(first), check_out=day(first + 5))

    assert [service.ask(asking(first)).price.discount.text for first in (2, 3, 4)] == ["50.00"] * 3
    assert [service.refusal(asking(first)).code for first in (1, 5)] == ["UNKNOWN_PROMO"] * 2


def test_fields_of_a_promotion_can_be_emptied(service: RoomsUnderTest) -> None:
    service.ask(promoting(service, starts_on=day(2), room_type="STE", max_nights=3, min_nights=2))

    bare = service.ask(
        ChangePromotion(
            hotel=service.hotel, code="SPRING", clear=("starts_on", "room_type", "max_nights", "min_nights")
        )
    )

    assert (bare.starts_on, bare.room_type, bare.max_nights, bare.min_nights) == (None, None, None, 1)
    refused = service.refusal(ChangePromotion(hotel=service.hotel, code="SPRING", clear=("value",)))
    assert [error["field"] for error in refused.errors] == ["value"]


@pytest.mark.parametrize(
    ("facts", "fields"),
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
def test_a_promotion_that_makes_no_sense_is_refused(
    service: RoomsUnderTest, facts: dict[str, object], fields: set[str]
) -> None:
    refused = service.refusal(promoting(service, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_promotions_are_listed_by_code_and_found(service: RoomsUnderTest) -> None:
    for code in ("SUMMER", "SPRING", "AUTUMN_10"):
        service.ask(promoting(service, code=code))

    assert [each.code for each in service.ask(ListPromotions(hotel=service.hotel)).results] == [
        "AUTUMN_10", "SPRING", "SUMMER",
    ]  # fmt: skip
    assert service.ask(ListPromotions(hotel=service.hotel, search="n_1")).count == 1
    assert service.refusal(promoting(service, code="summer")).code == "PROMOTION_EXISTS"


def test_the_database_itself_refuses_a_promotion_of_more_than_all(service: RoomsUnderTest) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="promotion_at_most_all"), service.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO promotion (hotel, code, kind, value) VALUES (:hotel, 'X', 'PERCENT', 101)"),
            {"hotel": service.hotel},
        )


# Cancellation policies


def test_a_policy_holds_for_the_types_that_name_it(service: RoomsUnderTest) -> None:
    service.ask(a_policy(service), caller=manager(service))
    before = service.hold("BK-A", room_type="STE")

    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", policy="Strict"))

    assert before.policy.kind == "FLEXIBLE"
    assert service.hold("BK-B", 5, 6, room_type="STE").policy.kind == "NON_REFUNDABLE"
    assert service.hold("BK-C").policy.kind == "FLEXIBLE"
    assert quoted(service, room_type="STE").policy_text.startswith("Not refundable")
    assert service.hold("BK-A", room_type="STE") == before


def test_another_policy_can_be_the_standard_one(service: RoomsUnderTest) -> None:
    made = service.ask(a_policy(service, kind="MODERATE", is_standard=True))

    assert (made.free_until_hours, made.percent) == (48, "50")
    assert service.hold("BK-A").policy.free_until_hours == 48
    standard = service.ask(GetPolicy(hotel=service.hotel, code="standard"))
    assert not standard.is_standard
    service.ask(RemovePolicy(hotel=service.hotel, code="STANDARD"))
    assert service.refusal(RemovePolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_IN_USE"
    refused = service.refusal(ChangePolicy(hotel=service.hotel, code="STRICT", is_standard=False))
    assert [error["field"] for error in refused.errors] == ["is_standard"]


def test_a_policy_that_a_type_names_stays(service: RoomsUnderTest) -> None:
    service.ask(a_policy(service))
    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", policy="STRICT"))

    assert service.refusal(RemovePolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_IN_USE"
    service.ask(ChangeRoomType(hotel=service.hotel, code="STE", clear=("policy",)))
    service.ask(RemovePolicy(hotel=service.hotel, code="STRICT"))
    assert service.refusal(GetPolicy(hotel=service.hotel, code="STRICT")).code == "POLICY_NOT_FOUND"


def test_tiers_come_back_as_they_were_given(service: RoomsUnderTest) -> None:
    tiers = (
        TierDefinition(hours_before=168, kind="NONE"),
        TierDefinition(hours_before=48, kind="FIXED", value="40.00"),
        TierDefinition(hours_before=0, kind="PERCENTAGE", value="80"),
    )

    made = service.ask(a_policy(service, kind="CUSTOM", tiers=tiers, is_standard=True))
    held = service.hold("BK-A").policy

    assert made.tiers == (TierDefinition(hours_before=168, kind="NONE", value="0"), *tiers[1:])
    assert [(tier.hours_before, tier.kind, tier.value) for tier in held.tiers] == [
        (168, "NONE", Decimal(0)), (48, "FIXED", Decimal(4000)), (0, "PERCENTAGE", Decimal(80)),
    ]  # fmt: skip
    assert "40.00 EUR" in held.text


def test_a_change_of_kind_brings_its_own_free_hours(service: RoomsUnderTest) -> None:
    changed = service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", kind="MODERATE"))
    kept = service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", free_until_hours=72))

    assert (changed.free_until_hours, kept.free_until_hours) == (48, 72)
    assert (kept.kind, kept.name) == ("MODERATE", "Standard")


@pytest.mark.parametrize(
    ("facts", "fields"),
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
def test_a_policy_that_makes_no_sense_is_refused(
    service: RoomsUnderTest, facts: dict[str, object], fields: set[str]
) -> None:
    refused = service.refusal(a_policy(service, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_the_files_policy_and_the_staffs_get_along(service: RoomsUnderTest) -> None:
    definition = service.import_hotel(policy=CancellationPolicy(kind="NON_REFUNDABLE"))
    service.ask(ChangePolicy(hotel=service.hotel, code="STANDARD", kind="FLEXIBLE"))

    service.ask(ImportHotel(definition=definition))

    assert service.hold("BK-A").policy.kind == "FLEXIBLE"
    assert service.ask(ListPolicies(hotel=service.hotel)).count == 1


def test_a_hotel_always_has_its_standard_policy(service: RoomsUnderTest) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="standard_policy"), service.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cancellation_policy WHERE hotel = :hotel"), {"hotel": service.hotel})


# Room types


def test_a_type_is_added_filled_sold_and_removed(service: RoomsUnderTest) -> None:
    made = service.ask(a_type(service), caller=manager(service))
    service.ask(AddRoom(hotel=service.hotel, room_number="301", room_type="FAM"))

    assert (made.rooms, made.base_price.text) == (0, "180.00")
    assert service.ask(GetRoomType(hotel=service.hotel, code="fam")).rooms == 1
    assert service.capacity("FAM") == [1] * 10
    assert service.refusal(RemoveRoomType(hotel=service.hotel, code="FAM")).code == "ROOM_TYPE_IN_USE"
    service.ask(RemoveRoom(hotel=service.hotel, room_number="301"))
    service.ask(RemoveRoomType(hotel=service.hotel, code="FAM"))
    assert service.refusal(quoting(service, room_type="FAM")).code == "ROOM_TYPE_NOT_FOUND"
    shown = service.ask(CheckAvailability(hotel=service.hotel, check_in=day(0), check_out=day(1))).room_types
    assert [each.room_type_code for each in shown] == ["DBL", "STE"]


def test_a_removed_type_may_come_back(service: RoomsUnderTest) -> None:
    service.ask(a_type(service))
    service.ask(RemoveRoomType(hotel=service.hotel, code="FAM"))

    back = service.ask(a_type(service, name="Family again"))
    service.ask(AddRoom(hotel=service.hotel, room_number="301", room_type="FAM"))

    assert back.name == "Family again"
    assert service.hold("BK-A", 0, 2, room_type="FAM").room_type_name == "Family again"


def test_a_type_whose_nights_are_sold_stays(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 2, 3, room_type="STE")
    service.give("BK-A", "101")
    service.ask(RemoveRoom(hotel=service.hotel, room_number="201"))
    service.hold("BK-B", 4, 5)
    service.ask(RemoveRoomType(hotel=service.hotel, code="STE"))

    service.import_hotel()
    service.hold("BK-C", 2, 3, room_type="STE")
    assert service.refusal(RemoveRoomType(hotel=service.hotel, code="STE")).code == "ROOM_TYPE_IN_USE"


def test_a_type_that_was_removed_under_a_booking_takes_no_night_back(service: RoomsUnderTest) -> None:
    from contracts.rooms import TakeRoomBack

    service.hold("BK-A", 2, 3, room_type="STE")
    service.give("BK-A", "101")
    service.ask(RemoveRoom(hotel=service.hotel, room_number="201"))
    service.ask(RemoveRoomType(hotel=service.hotel, code="STE"))

    service.ask(TakeRoomBack(action_id="back", booking_id="BK-A", hotel=service.hotel))

    assert service.sold()[:4] == [0, 0, 1, 0]


def test_what_a_type_is_changes_for_those_who_come(service: RoomsUnderTest) -> None:
    before = service.hold("BK-A")
    changed = service.ask(ChangeRoomType(hotel=service.hotel, code="DBL", base_price="110.00", max_occupancy=3))

    assert (changed.base_price.text, changed.max_occupancy, changed.name) == ("110.00", 3, "Double Room")
    assert service.hold("BK-B", adults=3).price.subtotal.text == "220.00"
    assert service.hold("BK-A") == before


@pytest.mark.parametrize(
    ("facts", "code", "fields"),
    [
        ({"code": "dbl"}, "ROOM_TYPE_EXISTS", set()),
        ({"code": "a b"}, "VALIDATION_ERROR", {"code"}),
        ({"name": "double ROOM"}, "VALIDATION_ERROR", {"name"}),
        ({"name": "ste"}, "VALIDATION_ERROR", {"name"}),
        ({"name": " "}, "VALIDATION_ERROR", {"name"}),
        ({"max_occupancy": 0}, "VALIDATION_ERROR", {"max_occupancy"}),
        ({"base_price": "1.234"}, "VALIDATION_ERROR", {"base_price"}),
        ({"policy": "NONE"}, "VALIDATION_ERROR", {"policy"}),
    ],
)
def test_a_type_that_makes_no_sense_is_refused(
    service: RoomsUnderTest, facts: dict[str, object], code: str, fields: set[str]
) -> None:
    refused = service.refusal(a_type(service, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == (code, fields)


def test_types_are_listed_and_found(service: RoomsUnderTest) -> None:
    assert [each.code for each in service.ask(ListRoomTypes(hotel=service.hotel)).results] == ["DBL", "STE"]
    assert service.ask(ListRoomTypes(hotel=service.hotel, search="suit")).count == 1


def test_only_those_who_manage_settings_may_and_every_change_is_in_the_trail(service: RoomsUnderTest) -> None:
    conversation = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))
    asks = [a_type(service), writing(service, 1, 2, "1.00"), promoting(service), a_policy(service)]
    looks = [ListRates(hotel=service.hotel), ListPromotions(hotel=service.hotel), ListPolicies(hotel=service.hotel)]

    assert {service.refusal(ask, caller=conversation).code for ask in (*asks, *looks)} == {"PERMISSION_DENIED"}
    for ask in asks:
        service.ask(ask, caller=manager(service))

    trail = service.rows("SELECT what, by ->> 'name' AS by, why FROM audit WHERE subject = :s ORDER BY sequence",
                       s=f"edits/{service.hotel}")  # fmt: skip
    assert [row.what for row in trail] == ["RoomTypeAdded", "RatesWritten", "PromotionAdded", "PolicyAdded"]
    assert {row.by for row in trail} == {"Aoife"}
