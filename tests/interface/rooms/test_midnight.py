"""What changes at the hotel's midnight: a room returns to order, and a new night is on sale."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.rooms.assignments import FindCandidates
from contracts.rooms.blocks import ListBlocks
from contracts.rooms.events import ChangeSource, HousekeepingTaskOpened, RoomStatus, RoomStatusChanged, TaskReason
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.hotel_import import ImportHotel
from contracts.rooms.room_availability import FindFreeRooms
from contracts.rooms.rooms import GetRoom, GetRoomHistory
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import SYSTEM, Page
from services.rooms.handlers.timers import extend_nights, return_to_order
from tests.interface.rooms.catalogue_asks import adding_room_type, manager
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_hotel, a_type, at_once, day

SECOND = timedelta(seconds=1)
# Time zone, date, and the instant (UTC) at which the date begins there.
MIDNIGHTS = [
    pytest.param("Europe/Dublin", date(2026, 3, 12), datetime(2026, 3, 12, 0, tzinfo=UTC), id="winter"),
    pytest.param("Europe/Dublin", date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC), id="the day of 23 hours"),
    pytest.param("Europe/Dublin", date(2026, 3, 30), datetime(2026, 3, 29, 23, tzinfo=UTC), id="after 23 hours"),
    pytest.param("Europe/Dublin", date(2026, 10, 26), datetime(2026, 10, 26, 0, tzinfo=UTC), id="after 25 hours"),
    pytest.param("America/Santiago", date(2026, 9, 6), datetime(2026, 9, 6, 4, tzinfo=UTC), id="no midnight"),
    pytest.param("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), id="two midnights"),
    pytest.param("Asia/Kathmandu", date(2026, 3, 12), datetime(2026, 3, 11, 18, 15, tzinfo=UTC), id="a quarter hour"),
    pytest.param("Pacific/Kiritimati", date(2026, 3, 12), datetime(2026, 3, 11, 10, tzinfo=UTC), id="far east"),
    pytest.param("Pacific/Pago_Pago", date(2026, 3, 12), datetime(2026, 3, 12, 11, tzinfo=UTC), id="far west"),
]

pytestmark = pytest.mark.usefixtures("consistent_capacity")


def take_out_of_order(service: RoomsUnderTest, until: date, number: str = "101") -> None:
    service.ask(
        ChangeRoomStatus(hotel=service.hotel, room_number=number, to_status=RoomStatus.OUT_OF_ORDER, until=until)
    )


def run(service: RoomsUnderTest) -> bool:
    with service.unit_of_work.begin(SYSTEM_CONTEXT) as work:
        return return_to_order(work)


def status(service: RoomsUnderTest, number: str = "101") -> RoomStatus:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number)).room_status


def free(service: RoomsUnderTest, first: date) -> list[str]:
    query = FindFreeRooms(hotel=service.hotel, check_in=first, check_out=first + timedelta(days=1), room_type="DBL")
    return [room.room_number for room in service.ask(query).available_rooms]


@contextmanager
def one_second_before(service: RoomsUnderTest, midnight: datetime) -> Iterator[None]:
    """Inside the block the time is one second before midnight; after the block the time is midnight."""
    service.unit_of_work.moment = midnight - SECOND
    yield
    service.unit_of_work.moment = midnight


@pytest.mark.parametrize(("zone", "until", "midnight"), MIDNIGHTS)
def test_a_room_returns_to_order_at_the_hotels_midnight(
    service: RoomsUnderTest, zone: str, until: date, midnight: datetime
) -> None:
    service.import_hotel(timezone=zone)
    take_out_of_order(service, until)

    with one_second_before(service, midnight):
        assert (run(service), status(service)) == (False, RoomStatus.OUT_OF_ORDER)
    assert (run(service), run(service)) == (True, False)

    assert status(service) is RoomStatus.CHECKOUT_DIRTY
    [task] = service.events(HousekeepingTaskOpened)
    assert (task.room_number, task.reason, task.opened_at) == ("101", TaskReason.BACK_IN_ORDER, midnight)
    event = service.events(RoomStatusChanged)[-1]
    assert (event.old_status, event.new_status) == (RoomStatus.OUT_OF_ORDER, RoomStatus.CHECKOUT_DIRTY)
    assert service.rows("SELECT 1 FROM period WHERE live") == []


def test_the_history_says_that_the_system_returned_the_room(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(2))
    service.unit_of_work.moment = START + timedelta(days=2)

    run(service)

    newest = service.ask(GetRoomHistory(hotel=service.hotel, room_number="101", page=Page())).changes[0]
    assert (newest.source, newest.by) == (ChangeSource.SYSTEM, SYSTEM)
    assert newest.note == f"The room was out of order until {day(2)}."


def test_a_room_returns_days_late_where_the_service_stood_still(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(2))
    service.unit_of_work.moment = START + timedelta(days=9)

    assert (run(service), run(service)) == (True, False)

    assert status(service) is RoomStatus.CHECKOUT_DIRTY


def test_each_hotel_has_its_own_midnight(service: RoomsUnderTest) -> None:
    hotels = {}
    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        service.import_hotel(timezone=zone)
        take_out_of_order(service, day(2))
        take_out_of_order(service, day(2), "201")
        hotels[zone] = service.hotel
    service.unit_of_work.moment = datetime(2026, 3, 11, 15, tzinfo=UTC)

    assert [run(service) for _ in range(3)] == [True, True, False]

    assert status(service) is RoomStatus.OUT_OF_ORDER
    service.hotel = hotels["Asia/Tokyo"]
    assert {status(service), status(service, "201")} == {RoomStatus.CHECKOUT_DIRTY}


def test_two_processes_return_a_room_once(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(1))
    service.unit_of_work.moment = START + timedelta(days=1)

    results = at_once([lambda: run(service)] * 8)

    assert results.count(True) == 1
    assert len(service.events(HousekeepingTaskOpened)) == 1


def test_a_removed_room_does_not_return(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(1))
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE room SET removed_at = now(), is_active = false WHERE room_number = '101'"))
        connection.execute(sa.text("UPDATE night SET capacity = capacity - 1 WHERE night >= :first AND room_type_id ="
                                   " (SELECT room_type_id FROM room WHERE hotel = :h AND room_number = '101')"),
                           {"first": day(1), "h": service.hotel})  # fmt: skip
    service.unit_of_work.moment = START + timedelta(days=1)

    assert not run(service)


def test_until_midnight_nothing_gives_an_out_of_order_room_away(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(1))
    service.hold("BK-A", 0, 1)
    with one_second_before(service, datetime(2026, 3, 11, 0, tzinfo=UTC)):
        assert free(service, day(0)) == ["102"]
        assert service.refusal(service.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"
        assert len(service.ask(ListBlocks(hotel=service.hotel, room_number="101")).blocks) == 1


def test_from_midnight_on_every_read_sees_the_room_in_order_before_the_timer_runs(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(1))
    service.hold("BK-A", 1, 3)
    service.unit_of_work.moment = datetime(2026, 3, 11, 0, tzinfo=UTC)

    assert free(service, day(1)) == ["101", "102"]
    assert service.ask(ListBlocks(hotel=service.hotel, room_number="101")).blocks == ()
    candidates = service.ask(FindCandidates(hotel=service.hotel, booking_id="BK-A")).rooms
    assert "101" in {room.room_number for room in candidates}
    assert service.give("BK-A", "101").room_number == "101"

    assert status(service) is RoomStatus.OUT_OF_ORDER
    assert run(service)


def test_a_room_that_returned_at_midnight_is_suggested_to_a_guest_who_extends(service: RoomsUnderTest) -> None:
    take_out_of_order(service, day(1), "102")
    service.hold("BK-A", 0, 1)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.hold("BK-B", 1, 2)
    service.give("BK-B", "101")
    extension = ExtendStay(action_id="X-1", booking_id="BK-A", hotel=service.hotel, until=day(2))
    with one_second_before(service, datetime(2026, 3, 11, 0, tzinfo=UTC)):
        before = service.refusal(extension).details["suggested_rooms"]

    after = service.refusal(extension).details["suggested_rooms"]

    assert "102" not in {room["room_number"] for room in before}
    assert "102" in {room["room_number"] for room in after}


@pytest.mark.parametrize(("zone", "today", "midnight"), MIDNIGHTS)
def test_the_last_night_is_on_sale_from_the_hotels_midnight_on_before_the_timer_runs(
    service: RoomsUnderTest, zone: str, today: date, midnight: datetime
) -> None:
    service.import_hotel(timezone=zone)
    service.unit_of_work.moment = midnight - timedelta(days=5)
    extend_all(service)
    last = today + timedelta(days=729)
    hold = service.holding("BK-FAR", check_in=last, check_out=last + timedelta(days=1))

    with one_second_before(service, midnight):
        assert service.refusal(hold).code == "BEYOND_HORIZON"
    service.ask(hold)


def test_a_hotel_that_moves_to_an_eastern_time_zone_sells_the_last_night_at_once(service: RoomsUnderTest) -> None:
    service.import_hotel(timezone="Pacific/Pago_Pago")  # where the date is 2026-03-09
    service.unit_of_work.moment = START.replace(hour=12)
    moved_to(service, "Pacific/Kiritimati")  # where the date is 2026-03-11

    service.hold("BK-FAR", 730, 731)


def test_a_room_type_added_after_a_move_to_a_western_time_zone_has_every_night(service: RoomsUnderTest) -> None:
    service.import_hotel(timezone="Pacific/Kiritimati")
    service.unit_of_work.moment = START.replace(hour=12)
    extend_all(service)
    moved_to(service, "Pacific/Pago_Pago")

    service.ask(adding_room_type(service), caller=manager(service))
    rooms = a_type(rooms=("101", "102", "103"))
    definition = a_hotel(slug=service.hotel, timezone="Pacific/Pago_Pago", room_types=(rooms,))
    service.ask(ImportHotel(definition=definition))

    last_nights = service.rows(
        "SELECT DISTINCT max(night) FROM night n JOIN room_type t ON t.id = n.room_type_id"
        " WHERE t.hotel = :hotel GROUP BY t.id", hotel=service.hotel,
    )  # fmt: skip
    assert len(last_nights) == 1


def extend_all(service: RoomsUnderTest) -> None:
    """Run the timer until no hotel is due."""
    more = True
    while more:
        with service.unit_of_work.begin() as work:
            more = extend_nights(work)


def moved_to(service: RoomsUnderTest, zone: str) -> None:
    with service.engine.begin() as connection:
        statement = sa.text("UPDATE hotel SET timezone = :zone WHERE slug = :hotel")
        connection.execute(statement, {"zone": zone, "hotel": service.hotel})
