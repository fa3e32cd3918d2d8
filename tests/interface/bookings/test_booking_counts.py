"""The counts of a hotel's bookings equal its rows, whatever ends at once, and no end of a booking waits for another."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from contracts.operations import Examine, Violation
from services.bookings.store.examination import EXAMINATION
from tests.fakes.roles import running_engine
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.unit.bookings.builders import HOTEL

END = "UPDATE booking SET status = 'CANCELLED', ended_at = now() WHERE id = :id"
REOPEN = "UPDATE booking SET status = 'CONFIRMED', ended_at = NULL WHERE id = :id"
COUNTS = "SELECT status, has_room, sum(bookings) AS bookings FROM booking_count GROUP BY 1, 2 HAVING sum(bookings) <> 0"
# As a counter is usually written: one row for each status, which every change updates.
ONE_ROW = """
CREATE OR REPLACE FUNCTION count_changed_booking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE booking_count SET bookings = bookings - 1 WHERE hotel = OLD.hotel AND status = OLD.status;
    RETURN NULL;
END $$
"""


@pytest.fixture
def ids(service: BookingsUnderTest) -> list[str]:
    """The ids of a dozen bookings."""
    return [service.booked_by_staff().booking_id for _ in range(12)]


def counts(service: BookingsUnderTest) -> dict[tuple[str, bool], int]:
    return {(row.status, row.has_room): row.bookings for row in service.rows(COUNTS)}


def violations(service: BookingsUnderTest) -> list[Violation]:
    with service.engine.connect() as connection:
        judged = EXAMINATION.invariants["I3"](connection, Examine(invariant="I3"))
        return [violation for violation in judged if "counted" in violation.what]


def execute(service: BookingsUnderTest, statement: str, booking_id: str) -> None:
    with running_engine(service.engine.url).begin() as connection:
        connection.execute(sa.text(statement), {"id": booking_id})


@contextmanager
def former_function(service: BookingsUnderTest, name: str, replacement: str) -> Iterator[None]:
    """The function is another one in the block."""
    former = service.row("SELECT pg_get_functiondef(CAST(:name AS regproc)) AS text", name=name).text
    service.rows(replacement)
    try:
        yield
    finally:
        with service.engine.begin() as connection:
            connection.exec_driver_sql(former.replace("%", "%%"))


def test_bookings_that_end_and_reopen_at_once_are_counted(service: BookingsUnderTest, ids: list[str]) -> None:
    def change(booking_id: str) -> None:
        for statement in (END, REOPEN) * 6 + (END,):
            execute(service, statement, booking_id)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(change, ids[:9]))

    assert counts(service) == {("CANCELLED", False): 9, ("CONFIRMED", False): 3}
    assert violations(service) == []


def test_without_the_trigger_the_counts_are_wrong_and_an_examination_finds_it(
    service: BookingsUnderTest, ids: list[str]
) -> None:
    service.rows("ALTER TABLE booking DISABLE TRIGGER booking_recounted")
    try:
        execute(service, END, ids[0])
    finally:
        service.rows("ALTER TABLE booking ENABLE TRIGGER booking_recounted")

    assert counts(service) == {("CONFIRMED", False): 12}
    assert {violation.what for violation in violations(service)} == {
        "0 CANCELLED bookings are counted, 1 are stored",
        "12 CONFIRMED bookings are counted, 11 are stored",
    }


def test_a_change_that_is_undone_counts_nothing(service: BookingsUnderTest, ids: list[str]) -> None:
    with running_engine(service.engine.url).connect() as connection:
        connection.execute(sa.text(END), {"id": ids[0]})
        connection.execute(sa.text("SAVEPOINT one"))
        connection.execute(sa.text(END), {"id": ids[1]})
        connection.execute(sa.text("ROLLBACK TO SAVEPOINT one"))
        assert counts(service) == {("CONFIRMED", False): 12}
        connection.commit()

    assert counts(service) == {("CANCELLED", False): 1, ("CONFIRMED", False): 11}


def ends_beside(service: BookingsUnderTest, ids: list[str]) -> None:
    """Another booking ends in a transaction of its own while the end of a booking is not committed."""
    with running_engine(service.engine.url).connect() as slow, running_engine(service.engine.url).connect() as fast:
        slow.execute(sa.text(END), {"id": ids[0]})
        fast.execute(sa.text("SET LOCAL lock_timeout = '300ms'"))
        fast.execute(sa.text(END), {"id": ids[1]})
        fast.commit()
        slow.commit()


def test_no_end_of_a_booking_waits_for_another(service: BookingsUnderTest, ids: list[str]) -> None:
    ends_beside(service, ids)

    assert counts(service) == {("CANCELLED", False): 2, ("CONFIRMED", False): 10}


def test_ends_would_wait_for_one_another_on_one_row_for_each_status(service: BookingsUnderTest, ids: list[str]) -> None:
    service.rows("SELECT sum_up_booking_counts(:hotel)", hotel=HOTEL)

    with (
        former_function(service, "count_changed_booking", ONE_ROW),
        pytest.raises(sa.exc.OperationalError, match="lock timeout"),
    ):
        ends_beside(service, ids)


def test_parts_are_summed_up_beside_a_transaction_that_sums_them_up(service: BookingsUnderTest, ids: list[str]) -> None:
    summed_up = sa.text("SELECT sum_up_booking_counts(:hotel)")
    with service.engine.connect() as first, service.engine.connect() as second:
        first.execute(summed_up, {"hotel": HOTEL})
        execute(service, END, ids[0])
        second.execute(sa.text("SET LOCAL lock_timeout = '300ms'"))
        second.execute(summed_up, {"hotel": HOTEL})
        second.commit()
        assert counts(service) == {("CANCELLED", False): 1, ("CONFIRMED", False): 11}
        first.commit()

    assert counts(service) == {("CANCELLED", False): 1, ("CONFIRMED", False): 11}
    service.rows("SELECT sum_up_booking_counts(:hotel)", hotel=HOTEL)
    assert service.row("SELECT count(*) AS parts FROM booking_count").parts == 2


def changed_often(service: BookingsUnderTest, booking_id: str) -> int:
    """The number of parts after 200 changes in a session whose random numbers are always the same."""
    with running_engine(service.engine.url).connect() as connection:
        connection.execute(sa.text("SELECT setseed(0.5)"))
        for statement in (END, REOPEN) * 100:
            connection.execute(sa.text(statement), {"id": booking_id})
            connection.commit()
    return int(service.row("SELECT count(*) AS parts FROM booking_count").parts)


def test_parts_are_summed_up_as_bookings_change(service: BookingsUnderTest, ids: list[str]) -> None:
    assert changed_often(service, ids[0]) < 200
    assert counts(service) == {("CONFIRMED", False): 12}


def test_without_summing_up_the_parts_would_grow_with_the_changes(service: BookingsUnderTest, ids: list[str]) -> None:
    nothing = "CREATE OR REPLACE FUNCTION sum_up_booking_counts(of_hotel text) RETURNS void LANGUAGE sql AS ''"

    with former_function(service, "sum_up_booking_counts", nothing):
        assert changed_often(service, ids[0]) >= 400


def test_a_deleted_draft_is_not_counted(service: BookingsUnderTest) -> None:
    booking_id = service.book(draft=True).booking.booking_id
    assert counts(service) == {("DRAFT", False): 1}

    with service.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM guest"))
        connection.execute(sa.text("DELETE FROM booking WHERE id = :id"), {"id": booking_id})

    assert counts(service) == {}
    assert violations(service) == []


def test_the_running_role_cannot_write_counts(service: BookingsUnderTest) -> None:
    statement = (
        "INSERT INTO booking_count (hotel, status, source, has_room, bookings) VALUES ('h', 'DRAFT', 's', true, 1)"
    )

    with (
        running_engine(service.engine.url).connect() as connection,
        pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
    ):
        connection.execute(sa.text(statement))
