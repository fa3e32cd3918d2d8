"""Changes of a booked stay: the counters, the room, the price, and the refusals."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from contracts.rooms.events import InventoryChanged
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.promotions import AddPromotion, PromotionDefinition
from contracts.rooms.stay_changes import (
    ChangedStay,
    PreviewStayChange,
    RoomAfterChange,
)
from contracts.values import Money, Stay
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, day
from tests.interface.rooms.stay_changes import changed_to, changing, period, previewed


def test_a_change_sells_the_added_nights_and_frees_the_removed_ones_once(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)

    command = changing(service, changed_to(1, 5))
    first, again = service.ask(command), service.ask(command)

    assert first == again
    assert service.sold()[:6] == [0, 1, 1, 1, 1, 0]
    [event] = service.events(InventoryChanged)
    assert (event.check_in, event.check_out, event.action_id) == (day(1), day(5), "change-1")
    assert service.sequences("hold/BK-A") == [1, 2]
    [hold] = service.rows("SELECT check_in, check_out FROM hold")
    assert (hold.check_in, hold.check_out) == (day(1), day(5))


def test_own_nights_are_not_in_the_way(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101",)),))
    service.hold("BK-A", 0, 3)
    service.give("BK-A", "101")

    reply = service.ask(changing(service, changed_to(1, 4)))

    assert service.sold()[:5] == [0, 1, 1, 1, 0]
    assert reply.offer.room is RoomAfterChange.KEPT
    assert period(service) == ("101", Stay(day(1), day(4)))


def test_a_change_onto_a_full_night_is_refused_with_the_night_and_changes_nothing(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101",)),))
    service.hold("BK-A", 0, 2)
    service.hold("BK-B", 3, 4)

    preview = previewed(service, changed_to(0, 5))
    refusal = service.refusal(changing(service, changed_to(0, 5)))

    assert preview.sold_out == (day(3),)
    assert (refusal.code, refusal.details["nights"]) == ("SOLD_OUT", [day(3).isoformat()])
    assert service.sold()[:6] == [1, 1, 0, 1, 0, 0]
    assert service.events(InventoryChanged) == []


def test_a_preview_changes_nothing_and_the_change_does_what_it_said(service: RoomsUnderTest) -> None:
    held = service.hold("BK-A", 0, 2)
    stay = changed_to(0, 4, agreed=held)

    preview = previewed(service, stay)

    assert service.sold()[:5] == [1, 1, 0, 0, 0]
    assert service.ask(changing(service, stay)).offer == preview


def test_kept_nights_keep_their_price_and_added_nights_cost_their_rate(service: RoomsUnderTest) -> None:
    held = service.hold("BK-A", 0, 2)
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET price = 13000 WHERE night >= :night"), {"night": day(1)})

    price = previewed(service, changed_to(0, 3, agreed=held)).price
    anew = previewed(service, changed_to(0, 3)).price

    assert [night.amount for night in price.nights] == [10000, 10000, 13000]
    assert (price.subtotal, price.total) == (Money(33000, "EUR"), Money(35970, "EUR"))
    assert [night.amount for night in anew.nights] == [10000, 13000, 13000]


def test_another_type_moves_every_night_and_gives_the_room_back(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")

    reply = service.ask(changing(service, changed_to(0, 2, room_type="STE")))

    assert (service.sold()[:3], service.sold("STE")[:3]) == ([0, 0, 0], [1, 1, 0])
    assert (reply.offer.room, reply.room) == (RoomAfterChange.FREED, None)
    assert reply.offer.room_type_code == "STE"
    assert period(service) is None


def test_an_upgraded_guest_keeps_the_better_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "201")

    reply = service.ask(changing(service, changed_to(0, 3)))

    assert (service.sold()[:4], service.sold("STE")[:4]) == ([0, 0, 0, 0], [1, 1, 1, 0])
    assert (reply.offer.room, reply.offer.room_type_code) == (RoomAfterChange.KEPT, "DBL")


def test_a_room_that_is_taken_on_an_added_night_is_given_back(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    service.hold("BK-B", 2, 4)
    service.give("BK-B", "101")

    reply = service.ask(changing(service, changed_to(0, 3)))

    assert reply.offer.room is RoomAfterChange.FREED
    assert period(service) is None
    assert service.sold()[:5] == [1, 1, 2, 1, 0]


def test_a_better_room_whose_type_is_full_is_given_back_where_the_booked_type_is_free(
    service: RoomsUnderTest,
) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "201")
    service.hold("BK-B", 2, 3, room_type="STE")

    reply = service.ask(changing(service, changed_to(0, 3)))

    assert reply.offer.room is RoomAfterChange.FREED
    assert (service.sold()[:4], service.sold("STE")[:4]) == ([1, 1, 1, 0], [0, 0, 1, 0])


def test_a_promotion_applies_with_its_terms_as_sold_and_ends_where_they_no_longer_hold(
    service: RoomsUnderTest,
) -> None:
    terms = PromotionDefinition(code="LONG", kind="PERCENT", value="10", min_nights=3)
    service.ask(AddPromotion(hotel=service.hotel, promotion=terms))
    held = service.hold("BK-A", 0, 3, promo_code="LONG")
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE promotion SET value = 50"))

    longer = previewed(service, changed_to(0, 4, agreed=held, promotion=held.price.promotion))
    shorter = previewed(service, changed_to(0, 2, agreed=held, promotion=held.price.promotion))

    assert (longer.price.discount, longer.discount_ended) == (Money(4000, "EUR"), False)
    assert (shorter.price.discount, shorter.price.promo_code) == (Money(0, "EUR"), None)
    assert shorter.discount_ended


def test_a_new_code_applies_to_the_whole_stay_or_is_refused(service: RoomsUnderTest) -> None:
    terms = PromotionDefinition(code="SPRING", kind="PERCENT", value="10", min_nights=2)
    service.ask(AddPromotion(hotel=service.hotel, promotion=terms))
    held = service.hold("BK-A", 0, 2)

    assert previewed(service, changed_to(0, 2, agreed=held, promo_code="SPRING")).price.discount == Money(2000, "EUR")
    refused = changing(service, changed_to(0, 1, agreed=held, promo_code="SPRING"))
    assert service.refusal(refused).code == "UNKNOWN_PROMO"


@pytest.mark.parametrize(
    ("stay", "code"),
    [
        (changed_to(0, 2, party=3), "VALIDATION_ERROR"),
        (changed_to(-1, 2), "VALIDATION_ERROR"),
        (changed_to(2, 2), "VALIDATION_ERROR"),
        (changed_to(0, 2, room_type="NONE"), "ROOM_TYPE_NOT_FOUND"),
        (replace(changed_to(0, 2), check_out=day(731), check_in=day(729)), "BEYOND_HORIZON"),
    ],
)
def test_what_cannot_be_booked_cannot_be_changed_to(service: RoomsUnderTest, stay: ChangedStay, code: str) -> None:
    service.hold("BK-A", 0, 2)

    assert service.refusal(changing(service, stay)).code == code
    assert service.refusal(PreviewStayChange(hotel=service.hotel, booking_id="BK-A", stay=stay)).code == code


def test_a_booking_without_nights_cannot_be_changed(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    assert service.refusal(changing(service, changed_to(0, 3))).code == "NOTHING_HELD"


def test_a_change_whose_price_has_changed_meanwhile_is_refused_and_changes_nothing(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    change = changing(service, changed_to(0, 3))
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET price = 13000 WHERE night = :night"), {"night": day(2)})

    assert service.refusal(change).code == "PRICE_CHANGED"
    assert service.sold()[:4] == [1, 1, 0, 0]


def test_a_change_whose_room_was_given_away_meanwhile_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    change = changing(service, changed_to(0, 3))
    service.hold("BK-B", 2, 3)
    service.give("BK-B", "101")

    assert service.refusal(change).code == "PRICE_CHANGED"


def test_a_draft_is_priced_and_holds_nothing(service: RoomsUnderTest) -> None:
    offer = previewed(service, changed_to(0, 3, draft=True), booking_id="BK-DRAFT")

    assert offer.price.subtotal == Money(30000, "EUR")
    assert (offer.room, service.sold()[:4]) == (RoomAfterChange.NONE, [0, 0, 0, 0])


def test_a_late_guest_keeps_a_check_in_date_that_is_past(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.unit_of_work.moment = START + timedelta(days=1)

    service.ask(changing(service, changed_to(0, 3)))

    assert service.sold()[:4] == [1, 1, 1, 0]


def test_a_guest_in_house_leaves_earlier_and_the_nights_are_free(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 4)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.unit_of_work.moment = START + timedelta(days=2)

    reply = service.ask(changing(service, changed_to(0, 2)))

    assert service.sold()[:5] == [1, 1, 0, 0, 0]
    assert (reply.offer.room, period(service)) == (RoomAfterChange.KEPT, ("101", Stay(day(0), day(2))))


def test_a_guest_in_house_changes_neither_the_check_in_date_nor_the_type(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 4)
    service.give("BK-A", "101")
    service.move_in("BK-A")

    for stay in (changed_to(1, 4), changed_to(0, 4, room_type="STE")):
        assert service.refusal(changing(service, stay)).code == "BOOKING_ALREADY_CHECKED_IN"
