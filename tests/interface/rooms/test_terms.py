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
from tests.interface.rooms.house import START, House, day, staff

pytestmark = pytest.mark.usefixtures("fitting")


def manager(house: House) -> Caller:
    return staff(house, Permission.MANAGE_SETTINGS)


def quoting(house: House, **overrides: object) -> GiveQuote:
    facts = {
        "hotel": house.hotel, "room_type": "DBL", "check_in": day(0), "check_out": day(2), "adults": 2, "children": 0
    }  # fmt: skip
    return GiveQuote(**(facts | overrides))


def quoted(house: House, **overrides: object) -> Quote:
    return house.ask(quoting(house, **overrides))


def rates(house: House, first: int, last: int, price: str | None, **more: object) -> RatesWritten:
    return house.ask(writing(house, first, last, price, **more), caller=manager(house))


def writing(house: House, first: int, last: int, price: str | None, **more: object) -> WriteRates:
    facts = {"hotel": house.hotel, "room_type": "DBL", "start_date": day(first), "end_date": day(last), "price": price}
    return WriteRates(**(facts | more))


def promoting(house: House, **facts: object) -> AddPromotion:
    usual = {"code": "SPRING", "kind": "PERCENT", "value": "10"}
    return AddPromotion(hotel=house.hotel, promotion=PromotionDefinition(**(usual | facts)))


def a_policy(house: House, **facts: object) -> AddPolicy:
    usual = {"code": "strict", "name": "Strict", "kind": "NON_REFUNDABLE"}
    return AddPolicy(hotel=house.hotel, policy=PolicyDefinition(**(usual | facts)))


def a_type(house: House, **facts: object) -> AddRoomType:
    usual = {"hotel": house.hotel, "code": "FAM", "name": "Family", "max_occupancy": 4, "base_price": "180.00"}
    return AddRoomType(**(usual | facts))


# Daily rates


def test_rates_are_set_on_both_ends_and_let_go_of_again(house: House) -> None:
    written = rates(house, 1, 3, "150.00")
    shown = house.ask(ListRates(hotel=house.hotel))
    let_go = rates(house, 2, 9, None)

    assert (written.nights, written.price and written.price.text) == (3, "150.00")
    assert [(rate.room_type_code, rate.date, rate.price.text) for rate in shown.results] == [
        ("DBL", day(number), "150.00") for number in (1, 2, 3)
    ]
    assert let_go.price is None
    price = quoted(house, check_out=day(4)).price
    assert [night.text for night in price.nights] == ["100.00", "150.00", "100.00", "100.00"]
    assert [event.room_types for event in house.events(AvailabilityChanged)] == [("DBL",), ("DBL",)]


def test_rates_may_be_for_some_weekdays_only(house: House) -> None:
    written = rates(house, 0, 13, "200.00", weekdays=(4, 5))

    assert written.nights == 4
    assert {rate.date.weekday() for rate in house.ask(ListRates(hotel=house.hotel)).results} == {4, 5}


def test_rates_are_listed_by_type_dates_and_page(house: House) -> None:
    rates(house, 0, 9, "150.00")
    rates(house, 0, 9, "300.00", room_type="Suite")

    suites = house.ask(ListRates(hotel=house.hotel, room_type="ste", start_date=day(8), end_date=day(20)))
    second = house.ask(ListRates(hotel=house.hotel, page=Page(page=2, page_size=15)))

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
    house: House, *, first: int, last: int, price: str, more: dict[str, object], code: str, field: str | None
) -> None:
    refused = house.refusal(writing(house, first, last, price, **more))

    assert refused.code == code
    assert [error["field"] for error in refused.errors] == ([field] if field else [])


def test_the_last_night_on_sale_can_have_a_rate(house: House) -> None:
    assert rates(house, 729, 729, "150.00").nights == 1


def test_a_live_quote_keeps_its_price_whatever_rates_become(house: House) -> None:
    quote = quoted(house)
    rates(house, 0, 5, "999.00")

    assert house.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert house.hold("BK-B").price.total.text == "2177.82"


@pytest.mark.parametrize(("seconds", "alive"), [(1800, True), (1801, False)])
def test_a_quote_lives_exactly_as_long_as_it_says(house: House, seconds: int, *, alive: bool) -> None:
    quote = quoted(house)
    house.unit_of_work.moment = START + timedelta(seconds=seconds)
    wish = house.wish("BK-A", quote_id=quote.quote_id)

    if alive:
        assert house.ask(wish).price == quote.price
    else:
        assert house.refusal(wish).code == "UNKNOWN_QUOTE"


def test_a_quote_of_another_hotel_is_unknown(house: House) -> None:
    quote = quoted(house)
    house.import_hotel()

    assert house.refusal(house.wish("BK-A", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


# Promotions


def test_a_promotion_is_added_used_changed_and_removed(house: House) -> None:
    made = house.ask(promoting(house, code="spring"), caller=manager(house))
    first = quoted(house, promo_code="Spring")
    changed = house.ask(ChangePromotion(hotel=house.hotel, code="SPRING", kind="FIXED", value="25.00", min_nights=2))
    second = quoted(house, promo_code="SPRING")
    house.ask(RemovePromotion(hotel=house.hotel, code="Spring"))

    assert (made.code, made.value) == ("SPRING", "10")
    assert (first.price.discount.text, second.price.discount.text) == ("20.00", "25.00")
    assert (changed.kind, changed.value, changed.min_nights) == ("FIXED", "25.00", 2)
    assert house.refusal(quoting(house, promo_code="SPRING")).code == "UNKNOWN_PROMO"
    assert house.refusal(GetPromotion(hotel=house.hotel, code="SPRING")).code == "PROMOTION_NOT_FOUND"
    assert house.hold("BK-A", quote_id=first.quote_id).price.discount.text == "20.00"


def test_a_promotion_is_for_check_ins_between_its_dates_both_included(house: House) -> None:
    house.ask(promoting(house, starts_on=day(2), ends_on=day(4)))

    def asking(first: int) -> GiveQuote:
        return quoting(house, promo_code="SPRING", check_in=day(first), check_out=day(first + 5))

    assert [house.ask(asking(first)).price.discount.text for first in (2, 3, 4)] == ["50.00"] * 3
    assert [house.refusal(asking(first)).code for first in (1, 5)] == ["UNKNOWN_PROMO"] * 2


def test_fields_of_a_promotion_can_be_emptied(house: House) -> None:
    house.ask(promoting(house, starts_on=day(2), room_type="STE", max_nights=3, min_nights=2))

    bare = house.ask(
        ChangePromotion(hotel=house.hotel, code="SPRING", clear=("starts_on", "room_type", "max_nights", "min_nights"))
    )

    assert (bare.starts_on, bare.room_type, bare.max_nights, bare.min_nights) == (None, None, None, 1)
    refused = house.refusal(ChangePromotion(hotel=house.hotel, code="SPRING", clear=("value",)))
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
def test_a_promotion_that_makes_no_sense_is_refused(house: House, facts: dict[str, object], fields: set[str]) -> None:
    refused = house.refusal(promoting(house, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_promotions_are_listed_by_code_and_found(house: House) -> None:
    for code in ("SUMMER", "SPRING", "AUTUMN_10"):
        house.ask(promoting(house, code=code))

    assert [each.code for each in house.ask(ListPromotions(hotel=house.hotel)).results] == [
        "AUTUMN_10", "SPRING", "SUMMER",
    ]  # fmt: skip
    assert house.ask(ListPromotions(hotel=house.hotel, search="n_1")).count == 1
    assert house.refusal(promoting(house, code="summer")).code == "PROMOTION_EXISTS"


def test_the_database_itself_refuses_a_promotion_of_more_than_all(house: House) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="promotion_at_most_all"), house.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO promotion (hotel, code, kind, value) VALUES (:hotel, 'X', 'PERCENT', 101)"),
            {"hotel": house.hotel},
        )


# Cancellation policies


def test_a_policy_holds_for_the_types_that_name_it(house: House) -> None:
    house.ask(a_policy(house), caller=manager(house))
    before = house.hold("BK-A", room_type="STE")

    house.ask(ChangeRoomType(hotel=house.hotel, code="STE", policy="Strict"))

    assert before.policy.kind == "FLEXIBLE"
    assert house.hold("BK-B", 5, 6, room_type="STE").policy.kind == "NON_REFUNDABLE"
    assert house.hold("BK-C").policy.kind == "FLEXIBLE"
    assert quoted(house, room_type="STE").policy_text.startswith("Not refundable")
    assert house.hold("BK-A", room_type="STE") == before


def test_another_policy_can_be_the_standard_one(house: House) -> None:
    made = house.ask(a_policy(house, kind="MODERATE", is_standard=True))

    assert (made.free_until_hours, made.percent) == (48, "50")
    assert house.hold("BK-A").policy.free_until_hours == 48
    standard = house.ask(GetPolicy(hotel=house.hotel, code="standard"))
    assert not standard.is_standard
    house.ask(RemovePolicy(hotel=house.hotel, code="STANDARD"))
    assert house.refusal(RemovePolicy(hotel=house.hotel, code="STRICT")).code == "POLICY_IN_USE"
    refused = house.refusal(ChangePolicy(hotel=house.hotel, code="STRICT", is_standard=False))
    assert [error["field"] for error in refused.errors] == ["is_standard"]


def test_a_policy_that_a_type_names_stays(house: House) -> None:
    house.ask(a_policy(house))
    house.ask(ChangeRoomType(hotel=house.hotel, code="STE", policy="STRICT"))

    assert house.refusal(RemovePolicy(hotel=house.hotel, code="STRICT")).code == "POLICY_IN_USE"
    house.ask(ChangeRoomType(hotel=house.hotel, code="STE", clear=("policy",)))
    house.ask(RemovePolicy(hotel=house.hotel, code="STRICT"))
    assert house.refusal(GetPolicy(hotel=house.hotel, code="STRICT")).code == "POLICY_NOT_FOUND"


def test_tiers_come_back_as_they_were_given(house: House) -> None:
    tiers = (
        TierDefinition(hours_before=168, kind="NONE"),
        TierDefinition(hours_before=48, kind="FIXED", value="40.00"),
        TierDefinition(hours_before=0, kind="PERCENTAGE", value="80"),
    )

    made = house.ask(a_policy(house, kind="CUSTOM", tiers=tiers, is_standard=True))
    held = house.hold("BK-A").policy

    assert made.tiers == (TierDefinition(hours_before=168, kind="NONE", value="0"), *tiers[1:])
    assert [(tier.hours_before, tier.kind, tier.value) for tier in held.tiers] == [
        (168, "NONE", Decimal(0)), (48, "FIXED", Decimal(4000)), (0, "PERCENTAGE", Decimal(80)),
    ]  # fmt: skip
    assert "40.00 EUR" in held.text


def test_a_change_of_kind_brings_its_own_free_hours(house: House) -> None:
    changed = house.ask(ChangePolicy(hotel=house.hotel, code="STANDARD", kind="MODERATE"))
    kept = house.ask(ChangePolicy(hotel=house.hotel, code="STANDARD", free_until_hours=72))

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
def test_a_policy_that_makes_no_sense_is_refused(house: House, facts: dict[str, object], fields: set[str]) -> None:
    refused = house.refusal(a_policy(house, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == ("VALIDATION_ERROR", fields)


def test_the_files_policy_and_the_staffs_get_along(house: House) -> None:
    definition = house.import_hotel(policy=CancellationPolicy(kind="NON_REFUNDABLE"))
    house.ask(ChangePolicy(hotel=house.hotel, code="STANDARD", kind="FLEXIBLE"))

    house.ask(ImportHotel(definition=definition))

    assert house.hold("BK-A").policy.kind == "FLEXIBLE"
    assert house.ask(ListPolicies(hotel=house.hotel)).count == 1


def test_a_hotel_always_has_its_standard_policy(house: House) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="standard_policy"), house.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cancellation_policy WHERE hotel = :hotel"), {"hotel": house.hotel})


# Room types


def test_a_type_is_added_filled_sold_and_removed(house: House) -> None:
    made = house.ask(a_type(house), caller=manager(house))
    house.ask(AddRoom(hotel=house.hotel, room_number="301", room_type="FAM"))

    assert (made.rooms, made.base_price.text) == (0, "180.00")
    assert house.ask(GetRoomType(hotel=house.hotel, code="fam")).rooms == 1
    assert house.capacity("FAM") == [1] * 10
    assert house.refusal(RemoveRoomType(hotel=house.hotel, code="FAM")).code == "ROOM_TYPE_IN_USE"
    house.ask(RemoveRoom(hotel=house.hotel, room_number="301"))
    house.ask(RemoveRoomType(hotel=house.hotel, code="FAM"))
    assert house.refusal(quoting(house, room_type="FAM")).code == "ROOM_TYPE_NOT_FOUND"
    shown = house.ask(CheckAvailability(hotel=house.hotel, check_in=day(0), check_out=day(1))).room_types
    assert [each.room_type_code for each in shown] == ["DBL", "STE"]


def test_a_removed_type_may_come_back(house: House) -> None:
    house.ask(a_type(house))
    house.ask(RemoveRoomType(hotel=house.hotel, code="FAM"))

    back = house.ask(a_type(house, name="Family again"))
    house.ask(AddRoom(hotel=house.hotel, room_number="301", room_type="FAM"))

    assert back.name == "Family again"
    assert house.hold("BK-A", 0, 2, room_type="FAM").room_type_name == "Family again"


def test_a_type_whose_nights_are_sold_stays(house: House) -> None:
    house.hold("BK-A", 2, 3, room_type="STE")
    house.give("BK-A", "101")
    house.ask(RemoveRoom(hotel=house.hotel, room_number="201"))
    house.hold("BK-B", 4, 5)
    house.ask(RemoveRoomType(hotel=house.hotel, code="STE"))

    house.import_hotel()
    house.hold("BK-C", 2, 3, room_type="STE")
    assert house.refusal(RemoveRoomType(hotel=house.hotel, code="STE")).code == "ROOM_TYPE_IN_USE"


def test_a_type_that_was_removed_under_a_booking_takes_no_night_back(house: House) -> None:
    from contracts.rooms import TakeRoomBack

    house.hold("BK-A", 2, 3, room_type="STE")
    house.give("BK-A", "101")
    house.ask(RemoveRoom(hotel=house.hotel, room_number="201"))
    house.ask(RemoveRoomType(hotel=house.hotel, code="STE"))

    house.ask(TakeRoomBack(action_id="back", booking_id="BK-A", hotel=house.hotel))

    assert house.sold()[:4] == [0, 0, 1, 0]


def test_what_a_type_is_changes_for_those_who_come(house: House) -> None:
    before = house.hold("BK-A")
    changed = house.ask(ChangeRoomType(hotel=house.hotel, code="DBL", base_price="110.00", max_occupancy=3))

    assert (changed.base_price.text, changed.max_occupancy, changed.name) == ("110.00", 3, "Double Room")
    assert house.hold("BK-B", adults=3).price.subtotal.text == "220.00"
    assert house.hold("BK-A") == before


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
    house: House, facts: dict[str, object], code: str, fields: set[str]
) -> None:
    refused = house.refusal(a_type(house, **facts))

    assert (refused.code, {error["field"] for error in refused.errors}) == (code, fields)


def test_types_are_listed_and_found(house: House) -> None:
    assert [each.code for each in house.ask(ListRoomTypes(hotel=house.hotel)).results] == ["DBL", "STE"]
    assert house.ask(ListRoomTypes(hotel=house.hotel, search="suit")).count == 1


def test_only_those_who_manage_settings_may_and_every_change_is_in_the_trail(house: House) -> None:
    conversation = staff(house, *(set(Permission) - {Permission.MANAGE_SETTINGS}))
    asks = [a_type(house), writing(house, 1, 2, "1.00"), promoting(house), a_policy(house)]
    looks = [ListRates(hotel=house.hotel), ListPromotions(hotel=house.hotel), ListPolicies(hotel=house.hotel)]

    assert {house.refusal(ask, caller=conversation).code for ask in (*asks, *looks)} == {"PERMISSION_DENIED"}
    for ask in asks:
        house.ask(ask, caller=manager(house))

    trail = house.rows("SELECT what, by ->> 'name' AS by, why FROM audit WHERE subject = :s ORDER BY sequence",
                       s=f"edits/{house.hotel}")  # fmt: skip
    assert [row.what for row in trail] == ["RoomTypeAdded", "RatesWritten", "PromotionAdded", "PolicyAdded"]
    assert {row.by for row in trail} == {"Aoife"}
