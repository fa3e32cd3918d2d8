"""Staff are told once of a night on which many rooms are held unpaid, until their share falls again."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.refusal import Unavailable
from contracts.bookings.asks import CancelBooking
from contracts.rooms.capacity import Capacity, GetCapacity, NightCapacity
from services.bookings.domain.unusual_holds import unusual
from services.bookings.handlers.unusual_holds import watch_holds
from services.bookings.store.unusual_nights import SqlUnusualNights
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.interface.bookings.steps import about, authorized, opened
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import CHECK_IN, HOTEL, NOW

NEXT = timedelta(days=1)


@pytest.fixture
def hotel(service: BookingsUnderTest) -> BookingsUnderTest:
    """A hotel with 10 rooms on each night."""
    service.rooms.instead[GetCapacity] = capacity(10)
    return service


def capacity(rooms: int) -> Any:
    def answer(ask: GetCapacity) -> Capacity:
        nights = range((ask.until - ask.first_night).days)
        return Capacity(nights=tuple(NightCapacity(night=ask.first_night + n * NEXT, rooms=rooms) for n in nights))

    return answer


def notices(service: BookingsUnderTest) -> list[tuple[str, int, int]]:
    rows = service.rows("SELECT data FROM outbox WHERE type = 'bookings.HoldsUnusual.v1' ORDER BY position")
    return [(row.data["night"], row.data["held"], row.data["rooms"]) for row in rows]


def book(service: BookingsUnderTest, times: int, *, check_in: date = CHECK_IN, nights: int = 1) -> list[str]:
    stay = {"check_in": check_in, "check_out": check_in + nights * NEXT}
    return [service.book(**stay).booking.booking_id for _ in range(times)]


def test_more_than_thirty_percent_of_a_night_are_unusual_and_thirty_are_not(hotel: BookingsUnderTest) -> None:
    book(hotel, 3)
    hotel.tick(watch_holds)
    assert notices(hotel) == []

    book(hotel, 1)
    hotel.tick(watch_holds)

    assert notices(hotel) == [(CHECK_IN.isoformat(), 4, 10)]


def test_each_unusual_night_of_a_stay_is_reported_once(hotel: BookingsUnderTest) -> None:
    book(hotel, 4, nights=2)

    for _ in range(3):
        hotel.tick(watch_holds)

    assert [night for night, *_ in notices(hotel)] == [CHECK_IN.isoformat(), (CHECK_IN + NEXT).isoformat()]


def test_a_night_is_reported_again_after_its_share_has_fallen(hotel: BookingsUnderTest) -> None:
    first, *_ = book(hotel, 4)
    hotel.tick(watch_holds)
    hotel.ask(CancelBooking(**about(first)))
    hotel.tick(watch_holds)
    assert hotel.rows("SELECT * FROM unusual_night") == []

    book(hotel, 1)
    hotel.tick(watch_holds)

    assert notices(hotel) == [(CHECK_IN.isoformat(), 4, 10)] * 2


def test_rooms_that_are_paid_for_are_not_held_unpaid(hotel: BookingsUnderTest) -> None:
    first, *_ = book(hotel, 4)
    hotel.deliver(opened(first), authorized(first))

    hotel.tick(watch_holds)

    assert notices(hotel) == []


def test_a_hotel_with_fewer_than_ten_rooms_is_not_watched(service: BookingsUnderTest) -> None:
    service.rooms.instead[GetCapacity] = capacity(9)
    book(service, 9)

    service.tick(watch_holds)

    assert notices(service) == []


def test_two_processes_at_once_report_a_night_once(hotel: BookingsUnderTest) -> None:
    book(hotel, 4)

    at_once(*[lambda: hotel.tick(watch_holds)] * 4)

    assert len(notices(hotel)) == 1


def test_a_hotel_that_another_process_compares_holds_up_no_other_hotel(hotel: BookingsUnderTest) -> None:
    book(hotel, 4)

    with hotel.unit_of_work.begin() as other:
        assert other.unusual_nights.lock("hotel-aran")
        hotel.tick(watch_holds)
        assert len(notices(hotel)) == 1


def late_comparison(hotel: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a night is reported where a comparison is overtaken by others, and the night is unusual once."""
    first, *_ = book(hotel, 4)
    add = SqlUnusualNights.add

    def late(self: SqlUnusualNights, *args: Any, **values: Any) -> bool:
        monkeypatch.setattr(SqlUnusualNights, "add", add)
        hotel.tick(watch_holds)
        hotel.ask(CancelBooking(**about(first)))
        hotel.tick(watch_holds)
        return add(self, *args, **values)

    monkeypatch.setattr(SqlUnusualNights, "add", late)
    hotel.tick(watch_holds)
    return len(notices(hotel))


def test_a_comparison_that_is_slow_reports_a_night_once(
    hotel: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert late_comparison(hotel, monkeypatch) == 1


def test_without_the_lock_of_the_hotel_a_slow_comparison_reports_a_night_twice(
    hotel: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlUnusualNights, "lock", lambda *_: True)

    assert late_comparison(hotel, monkeypatch) == 2


def test_without_the_stored_night_two_processes_report_it_twice(hotel: BookingsUnderTest) -> None:
    book(hotel, 4)
    hotel.tick(watch_holds)
    hotel.rows("TRUNCATE unusual_night")
    hotel.tick(watch_holds)

    assert len(notices(hotel)) == 2


def test_nobody_is_told_while_rooms_does_not_answer(hotel: BookingsUnderTest) -> None:
    book(hotel, 4)
    hotel.rooms.instead[GetCapacity] = Unavailable("down")

    hotel.tick(watch_holds)

    assert notices(hotel) == []


def test_a_usual_day_takes_two_statements_and_no_ask(service: BookingsUnderTest) -> None:
    book(service, 3)
    service.rooms.asks.clear()

    with statements(service.engine) as sent:
        service.tick(watch_holds)

    assert len(sent) == 2
    assert service.rooms.asks == []


def test_the_night_of_a_change_of_the_clocks_is_one_night(hotel: BookingsUnderTest) -> None:
    book(hotel, 4, check_in=date(2031, 3, 29), nights=2)

    hotel.tick(watch_holds)

    assert [night for night, *_ in notices(hotel)] == ["2031-03-29", "2031-03-30"]


@pytest.mark.parametrize(
    ("rooms", "held", "is_unusual"), [(100, 30, False), (100, 31, True), (13, 3, False), (13, 4, True)]
)
def test_the_share_is_compared_exactly(rooms: int, held: int, is_unusual: bool) -> None:
    events = unusual(HOTEL, held={CHECK_IN: held}, rooms={CHECK_IN: rooms}, now=NOW)

    assert bool(events) is is_unusual
