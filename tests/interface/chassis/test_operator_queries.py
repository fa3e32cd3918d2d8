"""Operators' queries and commands of a service, on a real database."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.hosting.examine import replies
from chassis.messaging.ask_server import AskServer
from chassis.observability.examination import Examination, select
from chassis.observability.operator_queries import answer
from chassis.refusal import Refusal
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.operations import Examine, ExplainEvents, PublishAgain, ReadEvidence, SkipEvent, Violation
from contracts.values import SYSTEM
from tests.fakes.roles import granted_engine, running_engine


def slow(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """A check that takes a second."""
    select(connection, "SELECT pg_sleep(1)")
    yield from ()


def writing(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """A check that tries to change something."""
    select(connection, "DELETE FROM outbox RETURNING id")
    yield from ()


EXAMINATION = Examination(
    invariants={"SLOW": slow, "WRITING": writing},
    evidence={"numbers": "SELECT to_char(n, 'FM00') AS key, n FROM generate_series(1, 7) AS n"},
)
SERVICE = Service(
    name="rooms", settings=ServiceSettings, work=Work, dependencies=lambda _: None, examination=EXAMINATION
)


class ServiceData:
    """A service's database, its unit of work and its ask server."""

    def __init__(self, url: str) -> None:
        self.engine = granted_engine(url)
        self.unit_of_work = UnitOfWork(running_engine(self.engine.url), Work)
        self.ask_server = AskServer(SERVICE, self.unit_of_work, lambda *_: None)

    def ask(self, message: Any) -> Any:
        return self.ask_server.handle(type(message).__name__, codec.plain(message), {}).reply

    def publish(self, booking_id: str, count: int = 1) -> None:
        with self.unit_of_work.begin() as work:
            for _ in range(count):
                work.publish(BookingAmended(booking_id=booking_id, hotel="h", fields=("note",), by=SYSTEM))

    def sql(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.fixture
def service(new_database: Callable[[str], str]) -> Iterator[ServiceData]:
    data = ServiceData(new_database("queries"))
    yield data
    data.engine.dispose()


def an_event(sequence: int) -> Envelope:
    return Envelope(
        id=str(uuid4()), source="bookings", type="bookings.BookingAmended.v1", subject="BK-1",
        time=datetime(2030, 5, 1, tzinfo=UTC), sequence=sequence, hotel="h", data={}, dataschema="",
    )  # fmt: skip


def test_a_gap_and_an_unpublished_event_are_violations(service: ServiceData) -> None:
    service.publish("BK-1", 3)
    service.sql("DELETE FROM outbox WHERE sequence = 2")

    gaps = service.ask(Examine(invariant="I3", older_than=0)).violations
    unpublished = service.ask(Examine(invariant="I5", older_than=0)).violations

    assert [violation.subject for violation in gaps] == ["BK-1"]
    assert len(unpublished) == 2


def test_a_recent_event_is_no_violation_yet(service: ServiceData) -> None:
    service.publish("BK-1")

    assert service.ask(Examine(invariant="I5", older_than=30)).violations == ()


@pytest.mark.parametrize("query", [Examine(invariant="I99"), ReadEvidence(name="rumours")])
def test_an_unknown_check_is_refused(service: ServiceData, query: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        service.ask(query)

    assert refusal.value.code == "UNKNOWN_CHECK"


def test_evidence_is_read_page_by_page(service: ServiceData) -> None:
    pages, query = [], ReadEvidence(name="numbers", limit=3)
    while True:
        page = service.ask(query)
        pages.append([row["n"] for row in page.rows])
        if page.next is None:
            break
        query = ReadEvidence(name="numbers", limit=3, after=page.next)

    assert pages == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_query_that_takes_too_long_is_refused_and_leaves_the_connection_as_it_was(service: ServiceData) -> None:
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        with pytest.raises(Refusal) as refusal:
            answer("rooms", EXAMINATION, connection, Examine(invariant="SLOW"), longest=0.1)

        connection.execute(sa.text("SELECT pg_sleep(0.2)"))
        connection.execute(sa.text("DELETE FROM outbox"))
    assert refusal.value.code == "TOO_SLOW"


def test_a_check_cannot_change_anything(service: ServiceData) -> None:
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        service.ask(Examine(invariant="WRITING"))


def test_an_event_is_explained_by_its_delivery(service: ServiceData) -> None:
    event = an_event(1)
    service.ask(SkipEvent(event=event))

    explained = service.ask(ExplainEvents(ids=(event.id,), subjects=("BK-1",)))

    assert [(entry.kind, entry.what, entry.cause) for entry in explained.entries] == [("delivery", "dropped", event.id)]
    assert [(each.source, each.subject, each.last) for each in explained.positions] == [("bookings", "BK-1", 1)]


def test_an_event_is_skipped_only_with_the_events_before_it(service: ServiceData) -> None:
    with pytest.raises(Refusal, match="is at 0"):
        service.ask(SkipEvent(event=an_event(2)))

    service.ask(SkipEvent(event=an_event(2), force=True))

    [position] = service.ask(ExplainEvents(ids=(), subjects=("BK-1",))).positions
    assert position.last == 2


def test_only_recent_events_are_published_again(service: ServiceData) -> None:
    service.publish("BK-1", 2)
    service.sql("UPDATE outbox SET published_at = now()")
    service.sql("UPDATE outbox SET recorded_at = now() - interval '2 hours' WHERE sequence = 1")

    assert service.ask(PublishAgain(seconds=3600)).count == 1
    assert len(service.ask(Examine(invariant="I5", older_than=0)).violations) == 1


def test_a_process_without_the_broker_answers_line_by_line(service: ServiceData) -> None:
    lines = [
        b'{"method": "ReadEvidence", "message": {"name": "numbers", "limit": 1}}',
        b'{"method": "ReadEvidence", "message": {"name": "numbers", "limit": "many"}}',
        b'{"method": "PublishAgain", "message": {"seconds": 1}}',
        b"nonsense",
    ]
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        answers = [codec.decode(reply) for reply in replies(lines, connection, "rooms", EXAMINATION)]

    assert answers[0]["result"] == {"rows": [{"key": "01", "n": 1}], "next": "01"}
    assert answers[1]["error"]["exc_args"][0] == "INVALID_MESSAGE"
    assert [answer["error"]["exc_type"] for answer in answers[2:]] == ["Unavailable", "Unavailable"]
