"""What `make bench` counts after each operation, and that its bare program leaves the same rows for other bookings."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from sandbox.chaos.stand_ins import MailboxControl, PusherControl
from tests.bench.cost.bare_databases import bare_databases
from tests.bench.cost.bare_model import ModelRecorder
from tests.bench.cost.bare_plan import BarePlan
from tests.bench.cost.evidence import Witness, mismatches
from tests.bench.cost.stays import APPROVE, ASSIGN, CHANGE, CHECK_IN, CHECK_OUT, CREATE, EXPECTED, PAY, SESSION
from tests.bench.cost.table_rows import changes, picture_of
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest

OTHERS = range(1, 4)


Connections = dict[str, psycopg.Connection[tuple[str, ...]]]


@pytest.fixture
def connections(fixture: PlatformFixture) -> Iterator[Connections]:
    urls = {
        name: instance.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        for name, instance in fixture.platform.services.items()
    }
    with ExitStack() as opened:
        yield {name: opened.enter_context(psycopg.connect(url, autocommit=True)) for name, url in urls.items()}


@pytest.fixture
def recorder(connections: Connections) -> ModelRecorder:
    return ModelRecorder(connections)


def operations_of_a_stay(
    fixture: PlatformFixture, record: Callable[[str, Callable[[], Any]], None]
) -> list[CreatedBooking]:
    """One stay, operation by operation, each passed to `record`; returns its booking."""
    created: list[CreatedBooking] = []
    sessions: list[PaymentSession] = []

    record(CREATE, lambda: created.append(fixture.book()))
    booking = {"hotel": HOTEL, "booking_id": created[0].booking.id}
    opening = OpenPaymentSession(**booking)
    record(SESSION, lambda: sessions.append(fixture.platform.ask(opening, guest(created[0]))))
    record(PAY, lambda: fixture.stripe.pay(sessions[0].session_id))
    record(APPROVE, lambda: fixture.platform.ask(ApproveBooking(**booking), STAFF))
    longer = RequestedChange(check_out=created[0].booking.check_out + timedelta(days=1))
    record(CHANGE, lambda: fixture.platform.ask(ChangeBooking(**booking, change=longer), STAFF))
    room = fixture.platform.ask(GetCandidateRooms(**booking), STAFF).rooms[0].room_number
    record(ASSIGN, lambda: fixture.platform.ask(AssignRoom(**booking, room_number=room), STAFF))
    record(CHECK_IN, lambda: fixture.platform.ask(CheckIn(**booking), STAFF))
    record(CHECK_OUT, lambda: fixture.platform.ask(CheckOut(**booking), STAFF))
    return created


def test_the_bare_program_leaves_the_rows_of_the_operations_for_every_other_booking(
    fixture: PlatformFixture, recorder: ModelRecorder, new_database: Callable[[str], str]
) -> None:
    def record(operation: str, perform: Callable[[], Any]) -> None:
        def settled() -> None:
            perform()
            fixture.settle()

        recorder.record(operation, settled)

    operations_of_a_stay(fixture, record)
    model = recorder.model

    urls = bare_databases(new_database, model, subjects=OTHERS)
    plan = BarePlan.from_json(BarePlan.of(model, databases=urls, amqp_url="").as_json())
    assert plan.operations[CREATE].asks == 2
    assert plan.operations[PAY].asks >= 2, "each notice of the payment provider is an ask"
    for operation, performed in plan.operations.items():
        assert performed.statements, f"{operation} writes nothing"
        assert sum(map(len, performed.events.values())), f"{operation} publishes nothing"
        for database, statement in performed.statements.items():
            with psycopg.connect(urls[database], autocommit=True) as connection:
                before = picture_of(connection, model.shapes[database])
                for other in OTHERS:
                    connection.execute(statement.text.encode(), statement.values(other))
                after = picture_of(connection, model.shapes[database])
            left = Counter((row.table, row.before is None, row.after is None) for row in changes(before, after))
            recorded = model.operations[operation][database]
            expected = Counter((row.table, row.before is None, row.after is None) for row in recorded)
            assert left == Counter({kind: count * len(OTHERS) for kind, count in expected.items()}), operation


def test_an_operation_that_leaves_nothing_is_no_model(recorder: ModelRecorder) -> None:
    with pytest.raises(AssertionError, match="create left nothing"):
        recorder.record(CREATE, lambda: None)


class BookingRows:
    """Answers queries as `WorkCounters` does, which needs a server of its own."""

    def __init__(self, connection: psycopg.Connection[tuple[str, ...]]) -> None:
        self._connection = connection

    def rows(self, database: str, query: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        assert database == "bookings"
        return list(self._connection.execute(query.encode(), params))


def test_each_operation_leaves_the_rows_the_pushes_and_the_mails_that_are_counted(
    fixture: PlatformFixture, connections: Connections
) -> None:
    witness = Witness(
        BookingRows(connections["bookings"]),  # type: ignore[arg-type]
        PusherControl(fixture.pusher.http_url),
        MailboxControl(fixture.mailbox.http_url),
    )
    bookings: list[str] = []

    def count(operation: str, perform: Callable[[], Any]) -> None:
        witness.mark()
        perform()
        fixture.settle()
        if operation == CREATE:
            bookings.extend(row[0] for row in connections["bookings"].execute("SELECT id FROM booking"))
        guests = dict.fromkeys(bookings, "ada@example.com")
        assert len(guests) == 1
        assert mismatches(EXPECTED[operation], witness.observe(guests), guests=guests) == [], operation
        witness.mark()
        assert len(mismatches(EXPECTED[operation], witness.observe(guests), guests=guests)) == (
            len(EXPECTED[operation].pushes) + EXPECTED[operation].mails
        ), "what came before the mark counts"

    operations_of_a_stay(fixture, count)
