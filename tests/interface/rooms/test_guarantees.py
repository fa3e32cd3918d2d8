"""No oversale and no overlapping stays: each guarantee holds under contention, and fails without its mechanism."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.holds import ReleaseInventory
from services.rooms.domain.holds import NightChange
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, at_once, day

CLIENTS = 50


@pytest.fixture
def deadlocks(service: RoomsUnderTest) -> Callable[[], int]:
    """The number of deadlocks in this database since the test began."""

    def deadlocks_so_far() -> int:
        return int(service.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])

    before = deadlocks_so_far()
    return lambda: deadlocks_so_far() - before


def codes(answers: list[Any]) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, Refusal)]


def test_of_fifty_holds_of_the_last_unit_one_succeeds(service: RoomsUnderTest, deadlocks: Callable[[], int]) -> None:
    wishes = [service.holding(f"BK-{n}", n % 3, 3, room_type="STE") for n in range(CLIENTS)]

    answers = at_once([lambda holding=holding: service.ask(holding) for holding in wishes])

    assert codes(answers) == ["SOLD_OUT"] * (CLIENTS - 1)
    assert max(service.sold("STE")) == 1
    assert deadlocks() == 0


def test_a_read_before_an_unguarded_write_would_oversell(service: RoomsUnderTest) -> None:
    """The negative control: the same contention with neither the guard nor the constraint."""
    with service.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive AS SELECT 1 AS capacity, 0 AS sold"))
    together = threading.Barrier(2)

    def sell() -> bool:
        with service.engine.begin() as connection:
            row = connection.execute(sa.text("SELECT capacity, sold FROM naive")).one()
            together.wait(timeout=10)
            if row.sold < row.capacity:
                connection.execute(sa.text("UPDATE naive SET sold = sold + 1"))
            return bool(row.sold < row.capacity)

    try:
        assert at_once([sell, sell]) == [True, True]
        assert service.rows("SELECT sold FROM naive")[0].sold == 2
    finally:
        with service.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive"))


def test_the_constraint_alone_refuses_an_oversale(service: RoomsUnderTest) -> None:
    service.hold("BK-A", room_type="STE")

    with pytest.raises(sa.exc.IntegrityError, match="night_no_oversell"), service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET sold = sold + 1 WHERE night = :night"), {"night": day(0)})


def test_concurrent_holds_and_releases_never_deadlock(service: RoomsUnderTest, deadlocks: Callable[[], int]) -> None:
    service.import_hotel(room_types=(a_type(rooms=tuple(str(n) for n in range(100, 120))),))

    def client(n: int) -> None:
        for turn in range(4):
            booking = f"BK-{n}-{turn}"
            first = (n * 7 + turn * 3) % 8
            service.hold(booking, first, first + 1 + n % 4)
            service.ask(ReleaseInventory(hotel=service.hotel, booking_id=booking))

    answers = at_once([lambda n=n: client(n) for n in range(20)])

    assert answers == [None] * 20
    assert set(service.sold()) == {0}
    assert deadlocks() == 0


def test_concurrent_moves_of_nights_between_types_never_deadlock(
    service: RoomsUnderTest, deadlocks: Callable[[], int]
) -> None:
    numbers = tuple(str(n) for n in range(100, 140))
    service.import_hotel(
        room_types=(a_type(rooms=numbers), a_type(code="STE", name="Suite", rooms=tuple(f"S{n}" for n in numbers)))
    )
    for n in range(10):
        service.hold(f"BK-D{n}", 0, 5)
        service.hold(f"BK-S{n}", 0, 5, room_type="STE")

    answers = at_once(
        [lambda n=n: service.give(f"BK-D{n}", f"S{100 + n}") for n in range(10)]
        + [lambda n=n: service.give(f"BK-S{n}", str(100 + n)) for n in range(10)]
    )

    assert [answer.warnings for answer in answers] == [("ROOM_TYPE_MISMATCH",)] * 20
    assert (service.sold()[:6], service.sold("STE")[:6]) == ([10] * 5 + [0], [10] * 5 + [0])
    assert deadlocks() == 0


def test_nights_locked_in_opposite_orders_would_deadlock(service: RoomsUnderTest, deadlocks: Callable[[], int]) -> None:
    """The negative control for the lock order: the same two changes, one of them descending."""
    [type_id] = [row.id for row in service.rows(
        "SELECT id FROM room_type WHERE hotel = :hotel AND code = 'DBL'", hotel=service.hotel
    )]  # fmt: skip
    first_taken = threading.Barrier(2)

    def take(*nights: int) -> str:
        try:
            with service.unit_of_work.begin() as work:
                for number, night in enumerate(nights):
                    change = NightChange(room_type_id=type_id, first_night=day(night), until=day(night + 1), by=1)
                    work.nights.shift([service.hotel], [change])
                    if number == 0:
                        first_taken.wait(timeout=10)
                raise Refusal("ENOUGH", "the counters stay as they were")
        except sa.exc.OperationalError as problem:
            return str(problem.orig)

    answers = at_once([lambda: take(0, 1), lambda: take(1, 0)])

    assert sum("deadlock detected" in str(answer) for answer in answers) == 1


def test_of_fifty_assignments_of_a_room_for_one_night_one_succeeds(
    service: RoomsUnderTest, deadlocks: Callable[[], int]
) -> None:
    service.import_hotel(room_types=(a_type(rooms=tuple(str(n) for n in range(101, 101 + CLIENTS))),))
    for n in range(CLIENTS):
        service.hold(f"BK-{n}", n % 3, 3 + n % 2)

    answers = at_once([lambda n=n: service.give(f"BK-{n}", "101") for n in range(CLIENTS)])

    assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"] * (CLIENTS - 1)
    [winner] = [f"BK-{n}" for n, answer in enumerate(answers) if not isinstance(answer, Refusal)]
    assert all(answer.details["conflicts"] == [winner] for answer in answers if isinstance(answer, Refusal))
    assert len(service.rows("SELECT id FROM period WHERE live")) == 1
    assert deadlocks() == 0


def test_without_the_constraint_two_stays_would_overlap(service: RoomsUnderTest) -> None:
    """The negative control: a copy of the table without the exclusion constraint."""
    with service.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive_period (room_id integer, nights daterange)"))
    together = threading.Barrier(2)
    stay = {"first": day(0), "until": day(2)}

    def give() -> bool:
        with service.engine.begin() as connection:
            overlapping = "SELECT count(*) FROM naive_period WHERE nights && daterange(:first, :until)"
            free = connection.execute(sa.text(overlapping), stay).scalar_one() == 0
            together.wait(timeout=10)
            if free:
                connection.execute(sa.text("INSERT INTO naive_period VALUES (1, daterange(:first, :until))"), stay)
            return free

    try:
        assert at_once([give, give]) == [True, True]
        assert service.rows("SELECT count(*) FROM naive_period")[0][0] == 2
    finally:
        with service.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive_period"))


def test_the_constraint_alone_refuses_an_overlapping_stay(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    [room] = service.rows("SELECT room_id, nights FROM period WHERE live")
    given = {"hotel": service.hotel, "room": room.room_id, "first": day(1), "until": day(3)}

    with pytest.raises(sa.exc.IntegrityError, match="period_no_room_twice"), service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO period (hotel, room_id, kind, nights, booking_id, began_at)"
                " VALUES (:hotel, :room, 'STAY', daterange(:first, :until), 'BK-X', now())"
            ),
            given,
        )


def test_two_concurrent_swaps_of_rooms_have_a_clear_outcome(
    service: RoomsUnderTest, deadlocks: Callable[[], int]
) -> None:
    for booking, room in (("BK-A", "101"), ("BK-B", "102")):
        service.hold(booking)
        service.give(booking, room)

    answers = at_once([lambda: service.give("BK-A", "102"), lambda: service.give("BK-B", "101")])

    assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"] * 2
    assert deadlocks() == 0


OCCUPY = "UPDATE room SET status = 'OCCUPIED', occupied_by = 'BK-1'"
# The constraint, and a statement that breaks it.
OCCUPATIONS = {
    "room_one_home_each": OCCUPY,
    "room_occupied_by_somebody": "UPDATE room SET status = 'OCCUPIED'",
}


@pytest.mark.parametrize("constraint", OCCUPATIONS)
def test_the_constraints_alone_refuse_a_guest_in_two_rooms_and_a_room_occupied_by_nobody(
    service: RoomsUnderTest, constraint: str
) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=constraint), service.engine.begin() as connection:
        connection.execute(sa.text(OCCUPATIONS[constraint]))


@pytest.mark.parametrize("constraint", OCCUPATIONS)
def test_without_the_constraint_the_occupation_is_stored(service: RoomsUnderTest, constraint: str) -> None:
    with service.engine.connect() as connection:
        connection.execute(sa.text(f"ALTER TABLE room DROP CONSTRAINT {constraint}"))

        changed = connection.execute(sa.text(OCCUPATIONS[constraint])).rowcount

        connection.rollback()
    assert changed > 1
