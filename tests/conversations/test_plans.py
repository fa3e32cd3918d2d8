"""Everything that a hotel's day asks of the databases finds its rows by index, however much is stored."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from contracts.catalogue import OWNERS
from gateway.api.routes import operations
from gateway.identity.admission import Audience
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL, new_fixture
from tests.conversations.http_gateway import PlatformBus
from tests.conversations.two_hotels import TwoHotels
from tests.fakes.database_copies import CopyDatabase
from tests.fakes.query_plans import Statements, multiply_rows, query_plans, recorded_statements, sequential_scans
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.fakes import Gateway

MESSAGING_TABLES: dict[str, dict[str, str]] = {
    "outbox": {"published_at": "now()"},
    "inbox": {},
    "audit": {},
    "stream": {},
    "inbox_position": {},
    "job": {"done_at": "now()"},
}
# The tables to multiply per service, referenced tables first, and the values that differ: the copies are completed.
KEPT: dict[str, dict[str, dict[str, str]]] = {
    "bookings": {
        "booking": {"due_at": "null", "action_due_at": "null"},
        "booking_directory": {"former_token_hash": "null"},
        "guest": {"search": "md5(random()::text)", "email": "n || (m).email"},
        "hold": {"check_at": "null"},
        "communication": {},
        "chat_message": {},
        "room_order": {},
        "payment_fact": {},
        **MESSAGING_TABLES,
    },
    "payments": {
        "payment": {"compare_at": "null"},
        "payment_directory": {},
        "provider_action": {},
        "ledger": {},
        "desired_state": {},
        "webhook": {"outcome": "'APPLIED'"},
        **MESSAGING_TABLES,
    },
    "notifier": {"notice": {"status": "'SENT'", "settled_at": "now()"}, **MESSAGING_TABLES},
}
TIMES = {"bookings": 300, "payments": 1000, "notifier": 200}


@dataclass
class Day:
    """The recorded statements of each database, and the databases."""

    sent: dict[str, Statements]
    engines: dict[str, sa.Engine]


@pytest.fixture(scope="module")
def day(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[Day]:
    """A hotel's day, everything looked at; then many times as much of everything."""
    with new_fixture(template_databases, copied_database) as fixture:
        engines = {name: fixture.platform.services[name].engine for name in OWNERS}
        with ExitStack() as listening:
            running = {name: fixture.platform.services[name].running for name in OWNERS}
            sent = {name: listening.enter_context(recorded_statements(engine)) for name, engine in running.items()}
            gateway = Gateway(bus=PlatformBus(fixture.platform), capture_seconds=0.01)
            look_at_everything(TwoHotels(fixture, gateway))
            fixture.settle()
            gateway.close()
        for name, tables in KEPT.items():
            multiply_rows(engines[name], tables, times=TIMES[name])
        yield Day(sent, engines)


def look_at_everything(two_hotels: TwoHotels) -> None:
    """Every GET that there is, by whom it is for; and the staff's list by each of its filters."""
    examples = {documented["operationId"]: example_of(documented) for _, _, documented in OPERATIONS}
    living, signed = two_hotels.guests[-1], two_hotels.gateway.accounts.signed_in
    names = {name: values[0] for name, values in two_hotels.known.items()} | {"booking_id": living.booking.id}
    desk = signed(staff(Role.MANAGER, hotel=HOTEL, is_superuser=True))
    for operation in operations():
        if operation.method == "GET" and operation.path.startswith("/api/"):
            of_guest = operation.audience in {Audience.GUEST, Audience.EITHER}
            proof = {"Authorization": f"Bearer {living.guest_token}"} if of_guest else desk
            two_hotels.gateway.call("GET", operation.path.format_map(names), headers=proof, **examples[operation.name])
    today = str(two_hotels.fixture.today())
    for filters in (
        {"status": "CONFIRMED,IN_HOUSE"}, {"start_date": today}, {"search": "ada"}, {"room_number": "201"},
        {"bucket": "arrivals"}, {"bucket": "in_house"}, {"bucket": "overdue_checkout"}, {"ordering": "check_in"},
    ):  # fmt: skip
        path = f"/api/staff/hotels/{HOTEL}/room-bookings/"
        assert two_hotels.gateway.get(path, headers=desk, params=filters).status_code == 200


@pytest.mark.parametrize("owner", KEPT)
def test_every_query_of_the_day_reads_by_index(day: Day, owner: str) -> None:
    plans = query_plans(day.engines[owner], day.sent[owner])

    assert len(plans) >= 9
    assert sequential_scans(plans, list(KEPT[owner])) == {}


def test_without_its_index_a_hot_read_would_scan(day: Day) -> None:
    engine = day.engines["bookings"]
    feed = {statement: values for statement, values in day.sent["bookings"].items() if "outbox.sequence >" in statement}
    assert feed
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox DROP CONSTRAINT outbox_one_event_per_number")

    assert sequential_scans(query_plans(engine, feed), ["outbox"]).keys() == feed.keys()
