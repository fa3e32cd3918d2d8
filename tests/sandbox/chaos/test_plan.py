"""The plan of faults: even over the table, the same for the same seed."""

from collections import Counter

import pytest

from sandbox.chaos.client import operations
from sandbox.chaos.faults.plan import draw_plan
from sandbox.chaos.faults.table import COPIED_PROCESSES, NODES, FaultCell, FaultKind, cells, may_fail


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert draw_plan(7, 100) == draw_plan(7, 100)
    assert draw_plan(7, 100) != draw_plan(8, 100)


def test_a_longer_plan_begins_like_a_shorter_one() -> None:
    assert draw_plan(7, 200)[:50] == draw_plan(7, 50)


def test_five_hundred_faults_have_every_cell_at_least_five_times() -> None:
    counts = Counter(fault.cell for fault in draw_plan(1, 500))

    assert set(counts) == set(cells())
    assert min(counts.values()) >= 5
    assert max(counts.values()) - min(counts.values()) <= 1


def test_every_process_is_killed_and_frozen_and_both_of_two_are() -> None:
    table = set(cells())

    assert {
        FaultCell(name, kind) for name in (*COPIED_PROCESSES, *NODES) for kind in (FaultKind.KILL, FaultKind.FREEZE)
    } <= table
    killed = {fault.instance for fault in draw_plan(1, 60, only=["killed"])}
    assert killed == {f"{name}-{number}" for name in COPIED_PROCESSES for number in (1, 2)} | set(NODES)


def test_both_processes_are_ended_together() -> None:
    both = draw_plan(1, 5, only=["both-killed"])

    assert {fault.processes for fault in both} >= {("rooms-1", "rooms-2"), ("relay-1", "relay-2")}
    assert {fault.processes for fault in draw_plan(1, 12, only=["unreadable message", "stripe"])} == {()}
    assert {fault.processes for fault in draw_plan(1, 4, only=["killed/rabbit"])} == {("rabbit",)}


def test_only_chooses_a_kind_a_process_or_both() -> None:
    assert {fault.cell.process for fault in draw_plan(1, 50, only=["rooms"])} == {"rooms"}
    assert {fault.cell.kind for fault in draw_plan(1, 50, only=["rolling-restart"])} == {FaultKind.ROLLING}
    assert {fault.cell for fault in draw_plan(1, 50, only=["killed/rabbit"])} == {FaultCell("rabbit", FaultKind.KILL)}
    with pytest.raises(ValueError, match="no fault is called nothing"):
        draw_plan(1, 5, only=["nothing"])


def test_only_long_runs_have_an_outage_of_a_minute() -> None:
    assert FaultKind.OUTAGE not in {fault.cell.kind for fault in draw_plan(1, 500, long=False)}
    assert FaultKind.OUTAGE in {fault.cell.kind for fault in draw_plan(1, 500)}


@pytest.mark.parametrize(
    ("process", "kind", "operation", "excused"),
    [
        ("rabbit", FaultKind.KILL, operations.SEARCH, True),
        ("bookings", FaultKind.KILL, operations.CREATE, True),
        ("bookings", FaultKind.KILL, operations.SEARCH, False),
        ("bookings", FaultKind.ROLLING, operations.CREATE, False),
        ("notifier", FaultKind.KILL, operations.CREATE, False),
        ("relay", FaultKind.KILL, operations.CREATE, False),
        ("stripe", FaultKind.DOWN, operations.OPEN_SESSION, True),
        ("stripe", FaultKind.WEBHOOKS_DROPPED, operations.VERIFY, False),
        ("bookings", FaultKind.UNREADABLE, operations.READ, False),
    ],
)
def test_a_fault_excuses_only_what_needs_the_faulty_process(
    process: str, kind: FaultKind, operation: operations.ClientOperation, excused: bool
) -> None:
    assert may_fail(FaultCell(process, kind), operation) is excused
