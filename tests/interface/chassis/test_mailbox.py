"""The mailbox's tables at work, without a broker: what is claimed, forgotten, and would go wrong without."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.doors import Errand, Service, on
from chassis.errands import Errands
from chassis.heard import skip
from chassis.hearing import Fate, Hearing
from chassis.refusal import Hopeless, Later, Refusal, TooEarly
from chassis.retention import forget_old
from chassis.settings import ServiceSettings, with_driver
from chassis.tables import create_all
from chassis.transact import Transactor
from chassis.work import Work
from contracts.bookings import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


@pytest.fixture
def transactor(new_database: Callable[[str], str]) -> Iterator[Transactor]:
    engine = sa.create_engine(with_driver(new_database("mailbox"), "psycopg2"))
    with engine.begin() as connection:
        create_all(connection)
        connection.execute(sa.text("CREATE TABLE effect (subject text, sequence int)"))
    yield Transactor(engine, Work, demo=True)
    engine.dispose()


def effects(transactor: Transactor) -> list[int]:
    with transactor.read() as work:
        return list(work.connection.execute(sa.text("SELECT sequence FROM effect ORDER BY sequence")).scalars())


def event(sequence: int, subject: str = "BK-1", note: str = "fine") -> Envelope:
    return Envelope(
        id=str(uuid4()), source="bookings", type=BookingAmended.wire_name, subject=subject, sequence=sequence,
        hotel="h", time=datetime(2026, 1, 1, tzinfo=UTC), dataschema="",
        data={"booking_id": subject, "hotel": "h", "fields": [note], "by": {"kind": "system"}},
    )  # fmt: skip


def hearing(transactor: Transactor) -> Hearing:
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

    service = Service(
        name="rooms", settings=ServiceSettings, work=Work, tools=lambda _: None, hears=[on(BookingAmended, note)]
    )
    return Hearing(service, transactor)


def test_the_same_event_twice_has_one_effect(transactor: Transactor) -> None:
    once = event(1)

    fates = [outcome.fate for outcome in hearing(transactor).apply([once, once]) + hearing(transactor).apply([once])]

    assert fates == [Fate.APPLIED] * 3
    assert effects(transactor) == [1]


def test_without_inbox_and_numbers_the_same_event_would_have_two_effects(transactor: Transactor) -> None:
    once = event(1)
    hearing(transactor).apply([once])
    with transactor.begin() as work:
        work.connection.execute(sa.text("DELETE FROM inbox"))
        work.connection.execute(sa.text("DELETE FROM heard"))

    hearing(transactor).apply([once])

    assert effects(transactor) == [1, 1]


def test_a_gap_is_too_early_until_it_is_filled(transactor: Transactor) -> None:
    first, second = event(1), event(2)

    assert hearing(transactor).apply([second])[0].fate is Fate.TOO_EARLY
    hearing(transactor).apply([first])
    assert hearing(transactor).apply([second])[0].fate is Fate.APPLIED

    assert effects(transactor) == [1, 2]


def test_poison_fails_alone_and_holds_back_its_own_subject(transactor: Transactor) -> None:
    batch = [event(1), event(2, note="poison"), event(3), event(1, "BK-2")]

    fates = [outcome.fate for outcome in hearing(transactor).apply(batch)]

    assert fates == [Fate.APPLIED, Fate.FAILED, Fate.TOO_EARLY, Fate.APPLIED]


def test_a_dropped_event_lets_the_next_one_pass(transactor: Transactor) -> None:
    poison, after = event(1, note="poison"), event(2)
    hearing(transactor).apply([poison, after])

    with transactor.begin() as work:
        skip(work.connection, poison)

    assert hearing(transactor).apply([after])[0].fate is Fate.APPLIED


def test_a_refusal_is_heard_and_changes_nothing(transactor: Transactor) -> None:
    fates = [outcome.fate for outcome in hearing(transactor).apply([event(1, note="refused"), event(2)])]

    assert fates == [Fate.APPLIED, Fate.APPLIED]
    assert effects(transactor) == [2]


def test_a_database_that_is_away_is_no_try(transactor: Transactor) -> None:
    lost = Transactor(sa.create_engine("postgresql+psycopg2://nobody:x@127.0.0.1:1/none"), Work)

    assert hearing(lost).apply([event(1)])[0].fate is Fate.OUTAGE


def owed(transactor: Transactor, *numbers: int) -> None:
    with transactor.begin() as work:
        for number in numbers:
            work.owe(Call(number), key=f"call-{number}")


def errands(transactor: Transactor, outcomes: Callable[[int], Any], **door: Any) -> tuple[Errands, list[int]]:
    made: list[int] = []

    def call(payloads: list[Call], _: Any) -> list[Any]:
        made.extend(payload.number for payload in payloads)
        return [outcomes(payload.number) for payload in payloads]

    return Errands(Errand(Call, call, **door), transactor, lambda *_: None), made


def drain(kind: Errands) -> None:
    while due := kind.claim():
        kind.run(due)


def test_a_call_is_made_once_and_settled(transactor: Transactor) -> None:
    settled: list[tuple[Call, str]] = []
    kind, made = errands(transactor, lambda _: "done", settle=lambda call, said, _: settled.append((call, said)))
    owed(transactor, 1)
    owed(transactor, 1)

    drain(kind)
    drain(kind)

    assert made == [1]
    assert settled == [(Call(1), "done")]


def test_a_failed_call_is_tried_again_later_and_a_hopeless_one_never(transactor: Transactor) -> None:
    given_up: list[int] = []
    answers = {1: Later("busy", seconds=3600), 2: Hopeless("wrong")}
    kind, made = errands(
        transactor, answers.__getitem__, batch=2, gave_up=lambda call, why, work: given_up.append(call.number)
    )
    owed(transactor, 1, 2)

    drain(kind)

    assert (made, given_up) == ([1, 2], [2])
    with transactor.begin() as work:
        work.connection.execute(sa.text("UPDATE errand SET try_at = now()"))
    answers[1] = "done"  # type: ignore[assignment]
    drain(kind)
    assert made == [1, 2, 1]


def test_nothing_of_an_ordered_kind_overtakes(transactor: Transactor) -> None:
    answers = {1: Later("busy", seconds=3600), 2: "done"}
    kind, made = errands(transactor, answers.__getitem__, ordered=True)
    owed(transactor, 1, 2)

    drain(kind)

    assert made == [1]


def test_a_lease_shuts_out_the_second_worker(transactor: Transactor) -> None:
    first, _ = errands(transactor, lambda _: "done")
    second, _ = errands(transactor, lambda _: "done")
    owed(transactor, 1)

    assert [due.payload for due in first.claim()] == [Call(1)]
    assert second.claim() == []


def test_an_errand_waits_for_the_domain_s_time(transactor: Transactor) -> None:
    kind, made = errands(transactor, lambda _: "done")
    with transactor.begin() as work:
        work.owe(Call(1), key="later", not_before=work.now + timedelta(hours=1))

    drain(kind)
    assert made == []
    transactor.advance(3601)
    drain(kind)
    assert made == [1]


def test_what_was_rolled_back_is_neither_published_nor_owed(transactor: Transactor) -> None:
    def fail() -> None:
        with transactor.begin() as work:
            work.publish(BookingAmended(booking_id="BK-1", hotel="h", fields=("x",), by=SYSTEM))
            work.owe(Call(1), key="x")
            work.flush()
            raise TooEarly("on purpose")

    with pytest.raises(TooEarly):
        fail()

    with transactor.read() as work:
        for table in ("outbox", "errand", "stream"):
            assert work.connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_one_number_is_never_given_twice(transactor: Transactor) -> None:
    fact = BookingAmended(booking_id="BK-1", hotel="h", fields=("x",), by=SYSTEM)
    with transactor.begin() as work:
        work.publish(fact, sequence=1)

    with pytest.raises(sa.exc.IntegrityError, match="outbox_one_event_per_number"), transactor.begin() as work:
        work.publish(replace(fact, hotel="other"), sequence=1)


def test_old_rows_are_forgotten_and_young_ones_kept(transactor: Transactor) -> None:
    with transactor.begin() as work:
        for name, age in (("old", "25 hours"), ("young", "1 hour")):
            work.connection.execute(
                sa.text(
                    "INSERT INTO idempotency (key, fingerprint, claimed_until, created_at)"
                    f" VALUES ('{name}', '', now(), now() - interval '{age}')"
                )
            )

    with transactor.begin() as work:
        assert forget_old(work) is False

    with transactor.read() as work:
        assert list(work.connection.execute(sa.text("SELECT key FROM idempotency")).scalars()) == ["young"]
