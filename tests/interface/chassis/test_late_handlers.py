"""Handlers that read nothing: their events are applied by one statement, exactly once and in order all the same."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.messaging.event_dispatcher import APPLIED, Disposition
from chassis.refusal import Refusal
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.amendments import amendment_dispatcher

EFFECT = "CREATE TABLE effect (subject text, sequence int)"


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str]) -> Iterator[UnitOfWork]:
    engine = granted_engine(new_database("late"), {"effect": EFFECT})
    yield UnitOfWork(running_engine(engine.url), Work)
    engine.dispose()


def event(sequence: int, subject: str = "BK-1", note: str = "fine", *, handled: bool = True) -> Envelope:
    return Envelope(
        id=str(uuid4()), source="bookings", type=BookingAmended.wire_name if handled else "other", subject=subject,
        sequence=sequence, hotel="h", time=datetime(2026, 1, 1, tzinfo=UTC), dataschema="",
        data={"booking_id": subject, "hotel": "h", "fields": [note], "by": {"kind": "system"}},
    )  # fmt: skip


def note(fact: BookingAmended, work: Work) -> None:
    """Write the effect late, or fail on demand."""
    if fact.fields[0] == "poison":
        raise ValueError("poison")
    if fact.fields[0] == "refused":
        raise Refusal("NO", "no")
    if fact.fields[0] == "read":
        work.connection.execute(sa.text("SELECT 1"))
    assert work.cause
    of = work.cause.id.replace("-", "")
    work.write_late(
        f"INSERT INTO effect SELECT :subject_{of}, CAST(:sequence_{of} AS int) WHERE {{after}}",
        {f"subject_{of}": fact.booking_id, f"sequence_{of}": work.cause.sequence},
    )


def apply(unit_of_work: UnitOfWork, *envelopes: Envelope) -> list[Disposition]:
    return [result.disposition for result in amendment_dispatcher(unit_of_work, note).apply(envelopes)]


def effects(unit_of_work: UnitOfWork) -> Sequence[str]:
    with unit_of_work.read() as work:
        rows = work.connection.execute(sa.text("SELECT subject || ' ' || sequence FROM effect ORDER BY 1"))
        return rows.scalars().all()


def positions(unit_of_work: UnitOfWork) -> dict[str, int]:
    with unit_of_work.read() as work:
        rows = work.connection.execute(sa.text("SELECT subject, last FROM inbox_position"))
        return {row.subject: row.last for row in rows}


@pytest.fixture
def executed(unit_of_work: UnitOfWork) -> Iterator[list[str]]:
    """Each statement, and how it is executed."""
    statements: list[str] = []

    def listen(connection: sa.Connection, _: object, text: str, *__: object) -> None:
        alone = connection.connection.dbapi_connection.autocommit  # type: ignore[union-attr]
        written = [name for name in ("inbox_position", "inbox ", "effect", "job") if f"INTO {name}" in text]
        statements.append(f"{'alone' if alone else 'in a transaction'}: {', '.join(written).replace(' ,', ',')}")

    sa.event.listen(unit_of_work.engine, "before_cursor_execute", listen)
    yield statements
    sa.event.remove(unit_of_work.engine, "before_cursor_execute", listen)


def test_a_batch_whose_handlers_read_nothing_is_one_statement(unit_of_work: UnitOfWork, executed: list[str]) -> None:
    assert apply(unit_of_work, event(1), event(2), event(1, "BK-2")) == [Disposition.APPLIED] * 3

    assert executed == ["alone: inbox_position, inbox, effect"]
    assert effects(unit_of_work) == ["BK-1 1", "BK-1 2", "BK-2 1"]


def test_a_batch_without_handlers_is_one_statement(unit_of_work: UnitOfWork, executed: list[str]) -> None:
    assert apply(unit_of_work, event(1, handled=False), event(2, handled=False)) == [Disposition.APPLIED] * 2

    assert len(executed) == 1
    assert positions(unit_of_work) == {"BK-1": 2}


def test_a_handler_that_reads_has_the_positions_locked_before(unit_of_work: UnitOfWork, executed: list[str]) -> None:
    apply(unit_of_work, event(1, note="read"))

    assert executed == ["in a transaction: inbox_position, inbox ", "in a transaction: ", "in a transaction: effect"]
    assert effects(unit_of_work) == ["BK-1 1"]


def test_a_repeated_event_changes_nothing(unit_of_work: UnitOfWork) -> None:
    once, again = event(1), event(2)

    assert apply(unit_of_work, once, once) == [Disposition.APPLIED] * 2
    assert apply(unit_of_work, once) == [Disposition.APPLIED]
    assert apply(unit_of_work, once, again) == [Disposition.APPLIED] * 2

    assert effects(unit_of_work) == ["BK-1 1", "BK-1 2"]


def test_without_its_check_a_repeated_event_would_have_two_effects(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the statement goes on although no position moved."""
    monkeypatch.setattr("chassis.messaging.inbox._ADVANCE", "checked AS (SELECT 1 AS passed)")
    once = event(1)

    apply(unit_of_work, once)
    apply(unit_of_work, once)

    assert effects(unit_of_work) == ["BK-1 1", "BK-1 1"]


def test_an_event_that_is_too_early_leaves_nothing(unit_of_work: UnitOfWork) -> None:
    assert apply(unit_of_work, event(1, "BK-2"), event(2)) == [Disposition.APPLIED, Disposition.TOO_EARLY]
    assert apply(unit_of_work, event(2)) == [Disposition.TOO_EARLY]

    assert effects(unit_of_work) == ["BK-2 1"]
    assert positions(unit_of_work) == {"BK-2": 1}


@pytest.mark.parametrize("what", ["refused", "poison"])
def test_an_event_whose_handler_fails_is_too_early_first(unit_of_work: UnitOfWork, what: str) -> None:
    assert apply(unit_of_work, event(2, note=what)) == [Disposition.TOO_EARLY]

    assert positions(unit_of_work) == {}


def test_without_the_check_a_refused_event_would_count_the_missing_ones_as_applied(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Work, "check_first", lambda _: None)

    assert apply(unit_of_work, event(2, note="refused")) == [Disposition.APPLIED]

    assert positions(unit_of_work) == {"BK-1": 2}


def test_a_failing_handler_leaves_nothing_and_delays_its_own_subject(unit_of_work: UnitOfWork) -> None:
    results = apply(unit_of_work, event(1), event(2, note="poison"), event(3), event(1, "BK-2"))

    assert results == [Disposition.APPLIED, Disposition.FAILED, Disposition.TOO_EARLY, Disposition.APPLIED]
    assert effects(unit_of_work) == ["BK-1 1", "BK-2 1"]


def test_an_event_that_came_before_under_another_number_fails(unit_of_work: UnitOfWork) -> None:
    first = event(1)
    apply(unit_of_work, first)

    assert apply(unit_of_work, replace(first, sequence=2)) == [Disposition.FAILED]

    assert effects(unit_of_work) == ["BK-1 1"]
    assert positions(unit_of_work) == {"BK-1": 1}


def test_of_many_that_apply_an_event_at_once_one_does(unit_of_work: UnitOfWork) -> None:
    for sequence in range(1, 11):
        same = event(sequence)
        with ThreadPoolExecutor(4) as threads:
            results = list(threads.map(lambda _, same=same: apply(unit_of_work, same), range(4)))
        assert results == [[APPLIED.disposition]] * 4

    assert len(effects(unit_of_work)) == 10
