"""The notices of a transaction are written by one statement, however many there are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.jobs import runner
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.communications import GetMailFacts
from contracts.rooms.events import InventoryHeld
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import envelope_of, mail_facts, sample

BOOKINGS = tuple(f"BK-2027-ABC23{number}" for number in range(5))


@pytest.fixture(autouse=True)
def _no_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "RENEW_EVERY", 60.0)


@contextmanager
def written(notifier: Notifier) -> Iterator[list[str]]:
    """The statements in the block that write notices."""
    texts: list[str] = []

    def executed(_: Any, __: Any, text: str, *___: Any) -> None:
        texts.extend(re.findall(r"\b(INSERT|UPDATE) (?:INTO )?notice\b", text))

    engine = notifier.unit_of_work.engine
    sa.event.listen(engine, "before_cursor_execute", executed)
    try:
        yield texts
    finally:
        sa.event.remove(engine, "before_cursor_execute", executed)


def deliver(notifier: Notifier) -> None:
    notifier.deliver(*(envelope_of(sample(BookingConfirmed, booking_id=each)) for each in BOOKINGS))


@contextmanager
def executed(notifier: Notifier) -> Iterator[list[str]]:
    """All statements in the block, each with `alone` where it is executed in autocommit mode."""
    statements: list[str] = []

    def note(connection: Any, _: Any, text: str, *__: Any) -> None:
        alone = "alone: " if connection.connection.dbapi_connection.autocommit else ""
        tables = re.findall(r"(?:INSERT INTO|UPDATE|FROM) (notice|job|inbox|stream|outbox)\b", text)
        statements.append(alone + " ".join(dict.fromkeys(tables)))

    engine = notifier.unit_of_work.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_batch_of_events_is_one_statement(notifier: Notifier) -> None:
    with executed(notifier) as statements:
        deliver(notifier)

    assert statements == ["alone: inbox notice job"]


def test_a_round_of_pushes_is_its_claim_and_its_result(notifier: Notifier) -> None:
    deliver(notifier)

    with executed(notifier) as statements:
        assert notifier.run("PushNotice") == 1

    assert statements == ["alone: job", "alone: job notice", "alone: job"]


def test_a_round_of_availability_pushes_is_its_claim_and_its_result(notifier: Notifier) -> None:
    notifier.deliver(envelope_of(sample(InventoryHeld)))
    notifier.make_jobs_due()

    with executed(notifier) as statements:
        assert notifier.run("PushAvailability") == 1

    assert statements == ["alone: job", "alone: job notice", "alone: job"]


def test_a_round_of_mails_is_its_claim_its_count_and_its_result(notifier: Notifier) -> None:
    notifier.answers[GetMailFacts] = lambda _: mail_facts()
    deliver(notifier)

    with executed(notifier) as statements:
        assert notifier.run("SendMail") == 1

    assert statements == ["alone: job", "alone: job notice stream outbox", "alone: job"]


def test_the_pushes_and_mails_of_many_events_are_stored_by_one_statement(notifier: Notifier) -> None:
    with written(notifier) as texts:
        deliver(notifier)

    assert texts == ["INSERT"]
    assert notifier.sql("SELECT medium, count(*) FROM notice GROUP BY medium ORDER BY medium") == [
        ("mail", 5), ("push", 5)
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "medium"), [("PushNotice", "push"), ("SendMail", "mail")])
def test_the_results_of_a_batch_are_stored_by_one_statement(notifier: Notifier, kind: str, medium: str) -> None:
    notifier.answers[GetMailFacts] = lambda _: mail_facts()
    deliver(notifier)

    with written(notifier) as texts:
        assert notifier.run(kind) == 1

    assert texts == ["UPDATE"]
    assert notifier.sql(f"SELECT count(*) FROM notice WHERE status = 'SENT' AND medium = '{medium}'") == [(5,)]
