"""What is left, what it costs, and taking it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from contracts.bookings import BookingExpired, ExpiryReason
from contracts.rooms import (
    Availability,
    CheckAvailability,
    GiveQuote,
    InventoryHeld,
    InventoryReleased,
    PromotionDefinition,
    Quote,
    ReleaseInventory,
)
from contracts.values import Money
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, at_once, day


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def left(service: RoomsUnderTest, first: int = 0, until: int = 2, adults: int = 2) -> Availability:
    return service.ask(CheckAvailability(hotel=service.hotel, check_in=day(first), check_out=day(until), adults=adults))


def quoting(service: RoomsUnderTest, **overrides: object) -> GiveQuote:
    facts = {
        "hotel": service.hotel, "room_type": "DBL", "check_in": day(0), "check_out": day(2), "adults": 2, "children": 0
    }  # fmt: skip
    return GiveQuote(**(facts | overrides))


def quoted(service: RoomsUnderTest, **overrides: object) -> Quote:
    return service.ask(quoting(service, **overrides))


def test_availability_says_what_is_left_on_the_fullest_night(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 2)

    double, suite = left(service, adults=2).room_types

    assert (double.room_type_code, double.available_units, double.is_available) == ("DBL", 1, True)
    assert (double.price_from, double.max_occupancy, double.can_accommodate) == (euros(10000), 2, True)
    assert suite.available_units == 1


def test_a_sold_out_type_is_shown_as_such(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.hold("BK-B")

    double = left(service).room_types[0]

    assert (double.available_units, double.is_available) == (0, False)
    assert left(service, 2, 3).room_types[0].available_units == 2


def test_too_many_guests_cannot_be_accommodated(service: RoomsUnderTest) -> None:
    assert not left(service, adults=3).room_types[0].can_accommodate


def test_availability_refuses_what_no_stay_can_be(service: RoomsUnderTest) -> None:
    def code(hotel: str, first: int, until: int) -> str:
        ask = CheckAvailability(hotel=hotel, check_in=day(first), check_out=day(until))
        return service.refusal(ask).code

    assert code("nowhere", 0, 1) == "HOTEL_NOT_FOUND"
    assert code(service.hotel, 0, 0) == "VALIDATION_ERROR"
    assert code(service.hotel, -1, 1) == "VALIDATION_ERROR"
    assert code(service.hotel, 729, 731) == "BEYOND_HORIZON"


def test_the_last_day_on_sale_can_be_booked(service: RoomsUnderTest) -> None:
    assert service.hold("BK-FAR", 729, 730).price.total == euros(10900)


def test_a_daily_rate_goes_before_the_base_price(service: RoomsUnderTest) -> None:
    with service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE night SET price = 15000 WHERE night = :night"
                " AND room_type_id = (SELECT id FROM room_type WHERE hotel = :hotel AND code = 'DBL')"
            ),
            {"night": day(1), "hotel": service.hotel},
        )

    price = quoted(service, check_out=day(3)).price

    assert price.nights == (euros(10000), euros(15000), euros(10000))
    assert price.total == euros(38150)


def test_a_quote_names_everything_that_is_shown(service: RoomsUnderTest) -> None:
    quote = quoted(service, room_type="double room")

    assert (quote.room_type_code, quote.room_type_name, quote.nights) == ("DBL", "Double Room", 2)
    assert quote.dates == (day(0), day(1))
    assert (quote.price.subtotal, quote.price.tax, quote.price.total) == (euros(20000), euros(1800), euros(21800))
    assert quote.policy_text.startswith("Free cancellation until 24 hours")
    assert quote.valid_until == START + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"room_type": "BARN"}, "ROOM_TYPE_NOT_FOUND"),
        ({"promo_code": "NOPE"}, "UNKNOWN_PROMO"),
        ({"adults": 3}, "VALIDATION_ERROR"),
        ({"adults": 0}, "VALIDATION_ERROR"),
        ({"check_in": day(729), "check_out": day(731)}, "BEYOND_HORIZON"),
        ({"hotel": "nowhere"}, "HOTEL_NOT_FOUND"),
    ],
)
def test_a_quote_is_refused_for(service: RoomsUnderTest, overrides: dict[str, object], code: str) -> None:
    assert service.refusal(quoting(service, **overrides)).code == code


def test_a_promotion_is_taken_off_in_any_case_of_its_code(service: RoomsUnderTest) -> None:
    service.import_hotel(
        promotions=(
            PromotionDefinition(code="Spring10", kind="PERCENT", value="10", min_nights=2),
            PromotionDefinition(code="SUITE5", kind="FIXED", value="5.00", room_type="STE"),
        )
    )

    assert quoted(service, promo_code="sPRING10").price.discount == euros(2000)
    assert quoted(service, room_type="STE", promo_code="suite5").price.discount == euros(500)
    assert service.refusal(quoting(service, promo_code="suite5")).code == "UNKNOWN_PROMO"
    assert service.refusal(quoting(service, promo_code="Spring10", check_out=day(1))).code == "UNKNOWN_PROMO"


def test_a_hold_answers_everything_that_the_booking_keeps(service: RoomsUnderTest) -> None:
    held = service.hold("BK-A")

    assert (held.hotel.slug, held.hotel.timezone, held.room_type_code) == (service.hotel, "Europe/Dublin", "DBL")
    assert (held.price.total, held.price.tax_percent, held.price.first_night) == (
        euros(21800), Decimal(9), euros(10900)
    )  # fmt: skip
    assert held.settings.payment_hold_minutes == 15
    assert held.policy.kind == "FLEXIBLE"
    assert held.policy.text
    assert service.sold()[:3] == [1, 1, 0]
    [event] = service.events(InventoryHeld)
    assert (event.booking_id, event.check_in, event.check_out, event.held_at) == ("BK-A", day(0), day(2), START)


def test_asking_again_for_the_same_booking_takes_nothing_more(service: RoomsUnderTest) -> None:
    first = service.hold("BK-A")

    again = service.hold("BK-A")

    assert again == first
    assert service.sold()[:2] == [1, 1]
    assert len(service.events(InventoryHeld)) == 1


def test_a_booking_that_has_the_last_room_is_answered_again_though_all_is_sold(service: RoomsUnderTest) -> None:
    first = service.hold("BK-A", room_type="STE")

    assert service.hold("BK-A", room_type="STE") == first
    assert service.refusal(service.wish("BK-B", room_type="STE")).code == "SOLD_OUT"


def test_a_booking_asks_for_one_stay_only(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    assert service.refusal(service.wish("BK-A", 0, 3)).code == "HOLD_DIFFERS"


def test_the_same_booking_asking_twice_at_once_is_held_once(service: RoomsUnderTest) -> None:
    answers = at_once([lambda: service.hold("BK-TWICE", room_type="STE")] * 8)

    assert all(answer == answers[0] for answer in answers)
    assert service.sold("STE")[:2] == [1, 1]
    assert len(service.events(InventoryHeld)) == 1


def test_a_stay_is_held_whole_or_not_at_all(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 3, 4, room_type="STE")

    assert service.refusal(service.wish("BK-B", 1, 5, room_type="STE")).code == "SOLD_OUT"
    assert service.sold("STE")[:5] == [0, 0, 0, 1, 0]


def test_back_to_back_stays_do_not_meet(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2, room_type="STE")
    service.hold("BK-B", 2, 4, room_type="STE")

    assert service.sold("STE")[:5] == [1, 1, 1, 1, 0]


def test_a_draft_is_priced_and_takes_nothing(service: RoomsUnderTest) -> None:
    held = service.hold("BK-DRAFT", price_only=True)

    assert held.price.total == euros(21800)
    assert service.sold()[:2] == [0, 0]
    assert service.events(InventoryHeld) == []


def test_a_live_quote_keeps_its_price(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    with service.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE room_type SET base_price = 99900 WHERE hotel = :hotel"), {"hotel": service.hotel}
        )

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.hold("BK-B").price.total == euros(217782)


def test_a_quote_that_ran_out_is_refused(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.unit_of_work.moment = START + timedelta(minutes=31)

    assert service.refusal(service.wish("BK-A", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


def test_a_draft_made_in_time_keeps_its_quote_until_it_is_submitted(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.hold("BK-A", quote_id=quote.quote_id, price_only=True)
    service.unit_of_work.moment = START + timedelta(hours=3)

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.refusal(service.wish("BK-B", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


def test_a_quote_is_for_its_own_stay(service: RoomsUnderTest) -> None:
    quote = quoted(service)

    assert service.refusal(service.wish("BK-A", 0, 3, quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"
    assert service.refusal(service.wish("BK-A", room_type="STE", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"
    assert service.refusal(service.wish("BK-A", quote_id="Q-none")).code == "UNKNOWN_QUOTE"


def test_what_is_released_can_be_sold_again(service: RoomsUnderTest) -> None:
    service.hold("BK-A", room_type="STE")

    service.ask(ReleaseInventory(booking_id="BK-A"))
    service.ask(ReleaseInventory(booking_id="BK-A"))

    assert service.sold("STE")[:2] == [0, 0]
    assert [event.released_from for event in service.events(InventoryReleased)] == [None]
    service.hold("BK-B", room_type="STE")


def test_a_draft_may_be_held_again_after_its_hold_was_swept(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.ask(ReleaseInventory(booking_id="BK-A"))

    service.hold("BK-A", 1, 3)

    assert service.sold()[:4] == [0, 1, 1, 0]
    assert service.numbers("hold/BK-A") == [1, 2, 3]


def test_releasing_what_was_never_held_does_nothing(service: RoomsUnderTest) -> None:
    service.ask(ReleaseInventory(booking_id="BK-NEVER"))
    service.hear(
        BookingExpired(
            booking_id="BK-NEVER", hotel=service.hotel, reason=ExpiryReason.DRAFT_ABANDONED, expired_at=START
        )
    )

    assert service.events(InventoryReleased) == []


def test_a_hotel_in_yen_is_priced_in_yen(service: RoomsUnderTest) -> None:
    room_types = (a_type(base_price="12345"),)
    service.import_hotel(currency="JPY", timezone="Asia/Tokyo", tax_percent=Decimal(10), room_types=room_types)

    assert service.hold("BK-YEN", 1, 2).price.total.text == "13580"
