"""The inbox, the job table, the outbox and retention on a real database, without a broker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.jobs.runner import JobRunner
from chassis.messaging.event_dispatcher import Disposition, EventDispatcher
from chassis.messaging.inbox import skip
from chassis.refusal import PermanentFailure, Refusal, RetryLater, TooEarly
from chassis.service import Job
from chassis.transactions.retention import delete_old_rows
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM
from tests.fakes.driver import engine_under_test
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.amendments import amendment_dispatcher


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str]) -> Iterator[UnitOfWork]:
    engine = granted_engine(new_database("inbox"), {"effect": "CREATE TABLE effect (subject text, sequence int)"})
    yield UnitOfWork(running_engine(engine.url), Work, demo=True)
    engine.dispose()


def effects(unit_of_work: UnitOfWork) -> list[int]:
    with unit_of_work.read() as work:
        return list(work.connection.execute(sa.text("SELECT sequence FROM effect ORDER BY sequence")).scalars())


def event(sequence: int, subject: str = "BK-1", note: str = "fine") -> Envelope:
    return Envelope(
        id=str(uuid4()), source="bookings", type=BookingAmended.wire_name, subject=subject, sequence=sequence,
        hotel="h", time=datetime(2026, 1, 1, tzinfo=UTC), dataschema="",
        data={"booking_id": subject, "hotel": "h", "fields": [note], "by": {"kind": "system"}},
    )  # fmt: skip


def dispatcher(unit_of_work: UnitOfWork) -> EventDispatcher:
    def note(fact: BookingAmended, work: Work) -> None:
        if fact.fields[0] == "poison":
            raise ValueError("poison")
        if fact.fields[0] == "refused":
            raise Refusal("NO", "no")
        assert work.cause
        work.connection.execute(
            sa.text("INSERT INTO effect VALUES (:subject, :sequence)"),
            {"subject": fact.booking_id, "sequence": work.cause.sequence},
        )

    return amendment_dispatcher(unit_of_work, note)


def test_the_same_event_twice_has_one_effect(unit_of_work: UnitOfWork) -> None:
    once = event(1)

    dispositions = [
        result.disposition
        for result in dispatcher(unit_of_work).apply([once, once]) + dispatcher(unit_of_work).apply([once])
    ]

    assert dispositions == [Disposition.APPLIED] * 3
    assert effects(unit_of_work) == [1]


def test_without_inbox_and_numbers_the_same_event_would_have_two_effects(unit_of_work: UnitOfWork) -> None:
    once = event(1)
    dispatcher(unit_of_work).apply([once])
    with unit_of_work.begin() as work:
        work.connection.execute(sa.text("DELETE FROM inbox"))
        work.connection.execute(sa.text("UPDATE inbox_position SET last = 0"))

    dispatcher(unit_of_work).apply([once])

    assert effects(unit_of_work) == [1, 1]


def test_a_gap_is_too_early_until_it_is_filled(unit_of_work: UnitOfWork) -> None:
    first, second = event(1), event(2)

    assert dispatcher(unit_of_work).apply([second])[0].disposition is Disposition.TOO_EARLY
    dispatcher(unit_of_work).apply([first])
    assert dispatcher(unit_of_work).apply([second])[0].disposition is Disposition.APPLIED

    assert effects(unit_of_work) == [1, 2]


def test_a_poison_event_fails_alone_and_holds_back_its_own_subject(unit_of_work: UnitOfWork) -> None:
    batch = [event(1), event(2, note="poison"), event(3), event(1, "BK-2")]

    dispositions = [result.disposition for result in dispatcher(unit_of_work).apply(batch)]

    assert dispositions == [Disposition.APPLIED, Disposition.FAILED, Disposition.TOO_EARLY, Disposition.APPLIED]


def test_a_dropped_event_lets_the_next_one_pass(unit_of_work: UnitOfWork) -> None:
    poison, after = event(1, note="poison"), event(2)
    dispatcher(unit_of_work).apply([poison, after])

    with unit_of_work.begin() as work:
        skip(work.connection, poison)

    assert dispatcher(unit_of_work).apply([after])[0].disposition is Disposition.APPLIED


def test_a_refused_event_counts_as_applied_and_changes_nothing(unit_of_work: UnitOfWork) -> None:
    dispositions = [
        result.disposition for result in dispatcher(unit_of_work).apply([event(1, note="refused"), event(2)])
    ]

    assert dispositions == [Disposition.APPLIED, Disposition.APPLIED]
    assert effects(unit_of_work) == [2]


def test_an_outage_of_the_database_counts_as_no_attempt(unit_of_work: UnitOfWork) -> None:
    lost = UnitOfWork(engine_under_test(sa.make_url("postgresql://nobody:x@127.0.0.1:1/none")), Work)

    assert dispatcher(lost).apply([event(1)])[0].disposition is Disposition.OUTAGE


LATE: dict[str, Callable[[Work], object]] = {
    "publish": lambda work: work.publish(BookingAmended(booking_id="BK-1", hotel="h", fields=(), by=SYSTEM)),
    "enqueue": lambda work: work.enqueue(Call(1), key="call"),
    "write_late": lambda work: work.write_late("DELETE FROM effect WHERE {after}", {}),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
@pytest.mark.parametrize("block", [UnitOfWork.read, UnitOfWork.at_once])
def test_what_is_written_at_a_commit_fails_where_there_is_none(
    unit_of_work: UnitOfWork, block: Callable[[UnitOfWork], Any], late: Callable[[Work], object]
) -> None:
    with block(unit_of_work) as work, pytest.raises(RuntimeError, match="commit"):
        late(work)


def test_jobs_that_a_statement_alone_enqueued_are_run_once_its_connection_is_given_back(
    unit_of_work: UnitOfWork,
) -> None:
    used: list[int] = []
    unit_of_work.wake = lambda _: used.append(unit_of_work.reading.pool.checkedout())  # type: ignore[attr-defined]

    with unit_of_work.at_once() as work:
        work.connection.execute(sa.text("SELECT 1"))
        work.due_kinds.add("Call")

    assert used == [0]


def enqueue(unit_of_work: UnitOfWork, *numbers: int) -> None:
    with unit_of_work.begin() as work:
        for number in numbers:
            work.enqueue(Call(number), key=f"call-{number}")


def jobs(unit_of_work: UnitOfWork, outcomes: Callable[[int], Any], **definition: Any) -> tuple[JobRunner, list[int]]:
    made: list[int] = []

    def call(payloads: list[Call], _: Any) -> list[Any]:
        made.extend(payload.number for payload in payloads)
        return [outcomes(payload.number) for payload in payloads]

    return JobRunner(Job(Call, call, **definition), unit_of_work, lambda *_: None), made


def drain(kind: JobRunner) -> None:
    while due := kind.claim():
        kind.run(due)


def test_a_job_runs_once_and_its_outcome_is_stored(unit_of_work: UnitOfWork) -> None:
    stored: list[tuple[Call, str]] = []
    kind, made = jobs(unit_of_work, lambda _: "done", on_success=lambda call, said, _: stored.append((call, said)))
    enqueue(unit_of_work, 1)
    enqueue(unit_of_work, 1)

    drain(kind)
    drain(kind)

    assert made == [1]
    assert stored == [(Call(1), "done")]


def test_a_failed_call_is_tried_again_later_and_a_permanent_failure_is_not(unit_of_work: UnitOfWork) -> None:
    given_up: list[int] = []
    answers = {1: RetryLater("busy", seconds=3600), 2: PermanentFailure("wrong")}
    kind, made = jobs(
        unit_of_work, answers.__getitem__, batch_size=2, on_give_up=lambda call, why, work: given_up.append(call.number)
    )
    enqueue(unit_of_work, 1, 2)

    drain(kind)

    assert (made, given_up) == ([1, 2], [2])
    with unit_of_work.begin() as work:
        work.connection.execute(sa.text("UPDATE job SET try_at = now()"))
    answers[1] = "done"  # type: ignore[assignment]
    drain(kind)
    assert made == [1, 2, 1]


def test_a_lease_shuts_out_the_second_worker(unit_of_work: UnitOfWork) -> None:
    first, _ = jobs(unit_of_work, lambda _: "done")
    second, _ = jobs(unit_of_work, lambda _: "done")
    enqueue(unit_of_work, 1)

    assert [due.payload for due in first.claim()] == [Call(1)]
    assert second.claim() == []


def test_a_job_waits_for_the_domain_s_time(unit_of_work: UnitOfWork) -> None:
    kind, made = jobs(unit_of_work, lambda _: "done")
    with unit_of_work.begin() as work:
        work.enqueue(Call(1), key="later", not_before=work.now + timedelta(hours=1))

    drain(kind)
    assert made == []
    unit_of_work.advance(3601)
    drain(kind)
    assert made == [1]


def test_a_rolled_back_transaction_publishes_no_event_and_leaves_no_job(unit_of_work: UnitOfWork) -> None:
    def fail() -> None:
        with unit_of_work.begin() as work:
            work.publish(BookingAmended(booking_id="BK-1", hotel="h", fields=("x",), by=SYSTEM))
            work.enqueue(Call(1), key="x")
            work.flush()
            raise TooEarly("on purpose")

    with pytest.raises(TooEarly):
        fail()

    with unit_of_work.read() as work:
        for table in ("outbox", "job", "stream"):
            assert work.connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_no_sequence_number_is_given_twice(unit_of_work: UnitOfWork) -> None:
    fact = BookingAmended(booking_id="BK-1", hotel="h", fields=("x",), by=SYSTEM)
    with unit_of_work.begin() as work:
        work.publish(fact, sequence=1)

    with pytest.raises(sa.exc.IntegrityError, match="outbox_one_event_per_number"), unit_of_work.begin() as work:
        work.publish(replace(fact, hotel="other"), sequence=1)


def test_old_rows_are_forgotten_and_young_ones_kept(unit_of_work: UnitOfWork) -> None:
    with unit_of_work.begin() as work:
        for name, age in (("old", "25 hours"), ("young", "1 hour")):
            work.connection.execute(
                sa.text(
                    "INSERT INTO idempotency (key, fingerprint, claimed_until, created_at)"
                    f" VALUES ('{name}', '', now(), now() - interval '{age}')"
                )
            )

    with unit_of_work.begin() as work:
        assert delete_old_rows(work) is False

    with unit_of_work.read() as work:
        assert list(work.connection.execute(sa.text("SELECT key FROM idempotency")).scalars()) == ["young"]
