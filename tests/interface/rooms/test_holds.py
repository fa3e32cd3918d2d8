"""Holds: the nights of a room type sold to a booking, and released."""

from decimal import Decimal

from contracts.bookings.events import BookingExpired
from contracts.bookings.status import ExpiryReason
from contracts.rooms.availability import Availability, CheckAvailability
from contracts.rooms.events import InventoryHeld, InventoryReleased
from contracts.rooms.holds import ReleaseInventory
from contracts.values import Money
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, at_once, day


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def left(service: RoomsUnderTest, first: int = 0, until: int = 2, adults: int = 2) -> Availability:
    return service.ask(CheckAvailability(hotel=service.hotel, check_in=day(first), check_out=day(until), adults=adults))


def test_the_last_night_on_sale_can_be_held(service: RoomsUnderTest) -> None:
    assert service.hold("BK-FAR", 729, 730).price.total == euros(10900)


def test_a_hold_has_the_terms_that_the_booking_stores(service: RoomsUnderTest) -> None:
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


def test_a_repeated_hold_sells_nothing_more(service: RoomsUnderTest) -> None:
    first = service.hold("BK-A")

    again = service.hold("BK-A")

    assert again == first
    assert service.sold()[:2] == [1, 1]
    assert len(service.events(InventoryHeld)) == 1


def test_a_repeated_hold_of_the_last_unit_gets_the_stored_reply(service: RoomsUnderTest) -> None:
    first = service.hold("BK-A", room_type="STE")

    assert service.hold("BK-A", room_type="STE") == first
    assert service.refusal(service.holding("BK-B", room_type="STE")).code == "SOLD_OUT"


def test_a_second_hold_of_other_nights_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    assert service.refusal(service.holding("BK-A", 0, 3)).code == "HOLD_DIFFERS"


def test_two_concurrent_holds_of_one_booking_sell_once(service: RoomsUnderTest) -> None:
    answers = at_once([lambda: service.hold("BK-TWICE", room_type="STE")] * 8)

    assert all(answer == answers[0] for answer in answers)
    assert service.sold("STE")[:2] == [1, 1]
    assert len(service.events(InventoryHeld)) == 1


def test_a_hold_with_one_full_night_sells_nothing(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 3, 4, room_type="STE")

    assert service.refusal(service.holding("BK-B", 1, 5, room_type="STE")).code == "SOLD_OUT"
    assert service.sold("STE")[:5] == [0, 0, 0, 1, 0]


def test_back_to_back_holds_do_not_conflict(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2, room_type="STE")
    service.hold("BK-B", 2, 4, room_type="STE")

    assert service.sold("STE")[:5] == [1, 1, 1, 1, 0]


def test_a_draft_is_priced_and_sells_nothing(service: RoomsUnderTest) -> None:
    held = service.hold("BK-DRAFT", price_only=True)

    assert held.price.total == euros(21800)
    assert service.sold()[:2] == [0, 0]
    assert service.events(InventoryHeld) == []


def test_released_nights_can_be_sold_again(service: RoomsUnderTest) -> None:
    service.hold("BK-A", room_type="STE")

    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    assert service.sold("STE")[:2] == [0, 0]
    assert [event.released_from for event in service.events(InventoryReleased)] == [None]
    service.hold("BK-B", room_type="STE")


def test_a_booking_may_be_held_again_after_its_hold_was_released(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    service.hold("BK-A", 1, 3)

    assert service.sold()[:4] == [0, 1, 1, 0]
    assert service.sequences("hold/BK-A") == [1, 2, 3]


def test_a_release_without_a_hold_changes_nothing(service: RoomsUnderTest) -> None:
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-NEVER"))
    service.apply(
        BookingExpired(
            booking_id="BK-NEVER", hotel=service.hotel, reason=ExpiryReason.DRAFT_ABANDONED, expired_at=START
        )
    )

    assert service.events(InventoryReleased) == []


def test_a_hold_in_yen_is_priced_in_whole_yen(service: RoomsUnderTest) -> None:
    room_types = (a_type(base_price="12345"),)
    service.import_hotel(currency="JPY", timezone="Asia/Tokyo", tax_percent=Decimal(10), room_types=room_types)

    assert service.hold("BK-YEN", 1, 2).price.total.text == "13580"
