"""Five faults in a real system under load break nothing, and the judge finds what is broken on purpose."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from sandbox.chaos.__main__ import clock_offset
from sandbox.chaos.client.acknowledgements import AcknowledgementLog, ClientAct, StayRecord
from sandbox.chaos.client.load import Load
from sandbox.chaos.faults.plan import PlannedFault, draw_plan
from sandbox.chaos.faults.table import FaultCell, FaultKind
from sandbox.chaos.hotels import import_larger_hotels
from sandbox.chaos.judge.judge import ChaosJudge
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.run import HOTELS, ChaosRun
from sandbox.chaos.system import ChaosSystem
from sandbox.stack.run_directory import temporary_run

SEED = 12
RATE, GOAL = 8.0, 60.0  # the machine is shared with other tests
FAULTS = (
    ("bookings-1", FaultKind.KILL, 0.5),
    ("stripe", FaultKind.FAILS_AFTER_WORK, 2.0),
    ("rooms-2", FaultKind.BROKER_BLACKHOLE, 4.0),
    ("gateway-2", FaultKind.KILL, 0.5),
    ("rabbit", FaultKind.KILL, 0.5),
)
MAIN_ACTS = {ClientAct.CANCELLED, ClientAct.APPROVED, ClientAct.ASSIGNED, ClientAct.CHECKED_IN, ClientAct.CHECKED_OUT}
Rows = Sequence[Mapping[str, Any]]


def planned(number: int, instance: str, kind: FaultKind, seconds: float) -> PlannedFault:
    return PlannedFault(number, FaultCell(instance.partition("-")[0], kind), instance, seconds)


PLAN = [planned(number, *fault) for number, fault in enumerate(FAULTS, 1)]


@dataclass
class RanChaos:
    """A run that is over, and its system, which still runs."""

    system: ChaosSystem
    run: ChaosRun

    def judge(self, stay: StayRecord, *, journal: Callable[[Rows], Rows] = lambda rows: rows) -> list[ChaosViolation]:
        """A judge's verdict on one stay, with the provider's journal as `journal` changes it."""
        desks = {hotel.slug: hotel.desk for hotel in self.run.load.signed_in}

        class Judge(ChaosJudge):
            def _journal(self) -> Rows:
                return journal(super()._journal())

        acknowledgements = AcknowledgementLog([stay])
        with closing(Judge(self.system.url, self.system.stack_json, desks, acknowledgements)) as judge:
            return judge.judge_stays()

    def completed(self, number: int) -> StayRecord:
        """One of the stays that a card has paid and that ended with a check-out."""
        stays = [
            stay for stay in self.run.load.acknowledgements.stays if stay.by_card and stay.of(ClientAct.CHECKED_OUT)
        ]
        return stays[number]

    def change(self, statement: str, *values: object) -> None:
        """Change the database of bookings behind its back."""
        url = self.system._stack.postgres.create_database("bookings").owner  # which exists
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute(statement.encode(), values).rowcount == 1


def run_chaos(plan: Sequence[PlannedFault], *, seed: int = SEED, rate: float = RATE) -> Iterator[RanChaos]:
    with temporary_run() as directory, ChaosSystem.start(directory, seed=seed) as system:
        import_larger_hotels(system.stack_json, HOTELS, directory)
        load = Load(
            system.url, system.stack_json, seed, HOTELS, rate=rate, clients=12, clock_offset=clock_offset(system)
        )
        run = ChaosRun(system, load, goal=GOAL, between_faults=0.5)
        run.go(plan)
        yield RanChaos(system, run)


@pytest.fixture(scope="module")
def chaos() -> Iterator[RanChaos]:
    yield from run_chaos(PLAN)


@pytest.mark.timeout(600)
def test_faults_break_no_promise(chaos: RanChaos) -> None:
    assert chaos.run.violations() == []


def test_every_fault_counts_and_clients_did_much(chaos: RanChaos) -> None:
    assert [outcome.counts for outcome in chaos.run.outcomes] == [True] * len(PLAN)
    assert len(chaos.run.load.log.attempts) > 150
    acts = {each.act for stay in chaos.run.load.acknowledgements.stays for each in stay.acknowledged}
    assert acts >= MAIN_ACTS


def test_requests_failed_in_the_faults_so_that_clients_repeated(chaos: RanChaos) -> None:
    assert sum(len(outcome.failures) for outcome in chaos.run.outcomes) > 0


def test_a_stay_that_nobody_changed_breaks_nothing(chaos: RanChaos) -> None:
    assert chaos.judge(chaos.completed(0)) == []


def test_a_write_that_is_lost_afterwards_is_reported(chaos: RanChaos) -> None:
    stay = chaos.completed(0)
    statement = "UPDATE booking SET assigned_room_number = 'X1', version = 1 WHERE id = %s"
    chaos.change(statement, stay.booking_id)

    violations = chaos.judge(stay)

    assert {each.check for each in violations} >= {"acknowledged field is there", "acknowledged state is there"}
    assert all(each.lost_write for each in violations if each.check.startswith("acknowledged"))


def test_an_event_that_is_missing_is_reported(chaos: RanChaos) -> None:
    stay = chaos.completed(1)
    chaos.change("DELETE FROM outbox WHERE subject = %s AND sequence = 4", stay.booking_id)

    checks = {each.check for each in chaos.judge(stay)}

    assert {"feed is 1..n", "acknowledged command is there"} <= checks


def test_a_capture_that_is_doubled_is_reported(chaos: RanChaos) -> None:
    stay = chaos.completed(2)

    def doubled(rows: Rows) -> Rows:
        captures = [row for row in rows if row["movement"] == "capture"]
        return [*rows, *(row for row in captures if row["metadata"]["booking_id"] == stay.booking_id)]

    checks = {each.check for each in chaos.judge(stay, journal=doubled)}

    assert {"captured once", "captured once, as approved"} <= checks


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_forty_faults_break_no_promise() -> None:
    for chaos in run_chaos(draw_plan(SEED, 40), rate=20.0):
        assert chaos.run.violations() == []
        assert all(outcome.counts for outcome in chaos.run.outcomes)
