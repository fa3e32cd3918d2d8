"""The number of statements of frequent operations, and the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.messaging.event_dispatcher import APPLIED
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking, GetFeed, GetPayable, GetTimeline
from contracts.bookings.stays import AssignRoom
from contracts.message import Event
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from contracts.rooms.events import InventoryHeld, InventoryReleased, RoomOccupied, RoomVacated
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.store import tables
from services.bookings.store.booking_rows import row_of
from tests.fakes.roles import running_engine
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of, statements
from tests.interface.bookings.steps import about, awaiting, opened
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, HOTEL, NOW, a_booking, a_request


@pytest.mark.parametrize(("query", "count"), [(GetBooking, 1), (GetPayable, 1), (GetFeed, 2), (GetTimeline, 2)])
def test_a_query_takes_its_number_of_statements(service: BookingsUnderTest, query: type[Any], count: int) -> None:
    created = service.book()
    caller = {} if query is GetTimeline else {"caller": guest_of(created)}

    with statements(service.engine) as sent:
        service.ask(query(**about(created.booking.booking_id)), **caller)

    assert len(sent) == count, sent


@pytest.mark.parametrize(
    ("more", "count"),
    [({}, 2), ({"idempotency_key": "k", "fingerprint": "f"}, 3)],
)
def test_a_creation_takes_few_statements(service: BookingsUnderTest, more: dict[str, str], count: int) -> None:
    """Booking with guest, audit with outbox and the answer to a keyed one, which claims its key before."""
    with statements(service.engine) as sent:
        service.ask(a_request(), **more)

    assert len(sent) == count, sent


ABOUT = {"booking_id": "BK-2030-NOBODY", "hotel": HOTEL}
SENT = NoticeSent(**ABOUT, notice_id="n", occasion="confirmed", medium="mail", sent_at=NOW)
EVENTS = [
    SENT,
    NoticeGaveUp(**ABOUT, notice_id="n", occasion="confirmed", medium="mail", reason_code="SMTP_550", gave_up_at=NOW),
    RoomVacated(**ABOUT, room_number="101", action_id="a"),
    RoomOccupied(**ABOUT, room_number="101", action_id="a"),
    InventoryReleased(**ABOUT),
    InventoryHeld(**ABOUT, room_type_code="DBL", check_in=CHECK_IN, check_out=CHECK_OUT, held_at=NOW),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_that_needs_no_read_is_applied_by_one_statement(service: BookingsUnderTest, event: Event) -> None:
    with statements(service.engine) as sent:
        assert service.deliver(event) == [APPLIED]

    assert len(sent) == 1, sent


def test_the_last_of_several_deliveries_of_a_notice_in_a_batch_is_stored(service: BookingsUnderTest) -> None:
    with statements(service.engine) as sent:
        assert service.deliver(replace(SENT, headline="Welcome"), EVENTS[1]) == [APPLIED] * 2

    assert len(sent) == 1, sent
    row = service.row("SELECT delivery_status, failure_reason, subject FROM communication")
    assert tuple(row) == ("FAILED", "SMTP_550", "Welcome")


def test_a_hold_that_is_released_in_the_batch_that_has_it_is_not_stored(service: BookingsUnderTest) -> None:
    assert service.deliver(EVENTS[-1], EVENTS[-2]) == [APPLIED] * 2

    assert not service.rows("SELECT * FROM hold")


def test_a_decision_takes_its_number_of_statements(service: BookingsUnderTest) -> None:
    """Lock, save, audit with outbox."""
    booking_id = awaiting(service)

    with statements(service.engine) as sent:
        service.ask(ApproveBooking(**about(booking_id)))

    assert len(sent) == 3, sent
    assert sum("UPDATE booking" in statement for statement in sent) == 1


def test_a_booking_is_locked_and_saved_by_statements_that_are_built_once(service: BookingsUnderTest) -> None:
    booking_ids = [awaiting(service), awaiting(service)]

    with built_statements(service.engine) as executed:
        for booking_id in booking_ids:
            service.ask(ApproveBooking(**about(booking_id)))

    first_lock, first_update, lock, update = (each for each in executed if isinstance(each, sa.Select | sa.Update))
    assert lock is first_lock
    assert update is first_update


def test_a_cancellation_takes_its_number_of_statements(service: BookingsUnderTest) -> None:
    """As deciding, and the hold is looked at again later."""
    booking_id = service.book().booking.booking_id

    with statements(service.engine) as sent:
        service.ask(CancelBooking(**about(booking_id)))

    assert len(sent) == 4, sent


def test_a_two_step_action_takes_its_number_of_statements(service: BookingsUnderTest) -> None:
    """Lock and intent; save, audit with outbox. Nothing has changed the booking in between, which is not read again."""
    booking_id = service.booked_by_staff().booking_id

    with statements(service.engine) as sent:
        service.ask(AssignRoom(**about(booking_id, room_number="101")))

    assert len(sent) == 4, sent


def test_an_event_takes_its_number_of_statements(service: BookingsUnderTest) -> None:
    """The subject moves on with the inbox; then lock, save, audit with outbox."""
    booking_id = service.book().booking.booking_id

    with statements(service.engine) as sent:
        service.deliver(opened(booking_id))

    assert len(sent) == 4, sent


def test_an_idle_timer_takes_its_number_of_statements(service: BookingsUnderTest) -> None:
    with statements(service.engine) as sent:
        service.tick(apply_due_deadline)

    assert len(sent) == 1, sent


def test_the_tables_match_the_migrations(service: BookingsUnderTest) -> None:
    inspector = sa.inspect(service.engine)

    for table in tables.METADATA.tables.values():
        columns = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
        assert set(columns) == {column.name for column in table.columns}, table.name
        for column in table.columns:
            stored = columns[column.name].compile(service.engine.dialect)
            assert stored == column.type.compile(service.engine.dialect), column


def test_every_column_of_a_booking_is_written() -> None:
    assert set(row_of(a_booking())) == {column.name for column in tables.BOOKING.columns} - {"action_due_at"}


def test_a_booking_is_read_as_it_was_written(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    with service.unit_of_work.begin() as work:
        first = work.bookings.lock(HOTEL, booking_id)
        work.bookings.save(first, first)
        again = work.bookings.find(HOTEL, booking_id)

    assert first == again


@contextmanager
def built_statements(engine: sa.Engine) -> Iterator[list[Any]]:
    """Every statement executed in the block, as SQLAlchemy's object."""
    executed: list[Any] = []

    def note(_: Any, statement: Any, *__: Any) -> None:
        executed.append(statement)

    sa.event.listen(running_engine(engine.url), "before_execute", note)
    try:
        yield executed
    finally:
        sa.event.remove(running_engine(engine.url), "before_execute", note)
