"""The bare program of `make bench` writes, for other bookings, the rows that the system left for one."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from tests.bench.cost.bare_databases import bare_databases
from tests.bench.cost.bare_model import BareModel, ModelRecorder
from tests.bench.cost.bare_plan import BarePlan
from tests.bench.cost.stays import APPROVE, ASSIGN, CHECK_IN, CHECK_OUT, CREATE, PAY, SESSION
from tests.bench.cost.table_rows import changes, picture_of
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest

OTHERS = range(1, 4)


@pytest.fixture
def recorder(fixture: PlatformFixture) -> Iterator[ModelRecorder]:
    urls = {
        name: instance.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        for name, instance in fixture.platform.services.items()
    }
    with ExitStack() as open_connections:
        yield ModelRecorder(
            {name: open_connections.enter_context(psycopg.connect(url, autocommit=True)) for name, url in urls.items()}
        )


def record_stay(fixture: PlatformFixture, recorder: ModelRecorder) -> BareModel:
    """One stay, operation by operation."""
    created: list[CreatedBooking] = []
    sessions: list[PaymentSession] = []

    def record(operation: str, perform: Callable[[], Any]) -> None:
        def settled() -> None:
            perform()
            fixture.settle()

        recorder.record(operation, settled)

    record(CREATE, lambda: created.append(fixture.book()))
    booking = {"hotel": HOTEL, "booking_id": created[0].booking.id}
    opening = OpenPaymentSession(**booking)
    record(SESSION, lambda: sessions.append(fixture.platform.ask(opening, guest(created[0]))))
    record(PAY, lambda: fixture.stripe.pay(sessions[0].session_id))
    record(APPROVE, lambda: fixture.platform.ask(ApproveBooking(**booking), STAFF))
    room = fixture.platform.ask(GetCandidateRooms(**booking), STAFF).rooms[0].room_number
    record(ASSIGN, lambda: fixture.platform.ask(AssignRoom(**booking, room_number=room), STAFF))
    record(CHECK_IN, lambda: fixture.platform.ask(CheckIn(**booking), STAFF))
    record(CHECK_OUT, lambda: fixture.platform.ask(CheckOut(**booking), STAFF))
    return recorder.model


def test_the_bare_program_leaves_the_rows_of_the_operations_for_every_other_booking(
    fixture: PlatformFixture, recorder: ModelRecorder, new_database: Callable[[str], str]
) -> None:
    model = record_stay(fixture, recorder)

    urls = bare_databases(new_database, model, subjects=OTHERS)
    plan = BarePlan.from_json(BarePlan.of(model, databases=urls, amqp_url="").as_json())
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
