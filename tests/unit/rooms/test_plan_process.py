"""The room plan's process: its answer, and that every way in which it can fail is `Unavailable`."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chassis.refusal import Unavailable
from contracts.values import Stay
from services.rooms.domain.room_plan.plan import RoomPlan, RoomToPlan, StayToPlan, plan_rooms
from services.rooms.domain.room_plan.sources import PlanSources
from services.rooms.plan_process import client
from services.rooms.plan_process.client import PlanProcess
from tests.unit.rooms.builders import DOUBLE, day

pytestmark = pytest.mark.slow

PATIENTLY = 100.0  # seconds, on a busy machine
NIGHTS = Stay(day(10), day(13))


def the_sources(*stays: StayToPlan) -> PlanSources:
    rooms = (RoomToPlan(room_id=1, room_number="101", room_type_id=DOUBLE),)
    return PlanSources(rooms=rooms, stays=stays, blocks=())


def a_stay(booking_id: str, **values: Any) -> StayToPlan:
    return StayToPlan(booking_id=booking_id, room_type_id=DOUBLE, nights=NIGHTS, **values)


def test_the_process_makes_the_plan_that_is_made_here() -> None:
    sources = the_sources(a_stay("BK-1"), a_stay("BK-2", room_id=1))
    here = plan_rooms(sources.rooms, sources.stays, sources.blocks)

    assert PlanProcess(seconds=PATIENTLY).plan(sources) == here
    assert [each.booking_id for each in here.impossible] == ["BK-1"]


def test_the_answer_is_read_although_the_process_writes_a_log() -> None:
    plan = RoomPlan(assigned=(), moved=(), impossible=(), proven=False, moves_at_least=0)
    answer = '{"assigned":[],"moved":[],"impossible":[],"proven":false,"moves_at_least":0}'
    program = f"import sys; print('exact_plan_not_answered', file=sys.stderr); print('{answer}')"

    assert PlanProcess((sys.executable, "-c", program)).plan(the_sources()) == plan


FAILURES = {
    "a crash": "import os; os.abort()",
    "a hang": "import time; time.sleep(60)",
    "nothing": "",
    "garbage": "print('<html>')",
    "another shape": "print('{\"assigned\": 7}')",
    "a question that it does not read": "import os; os.close(0)",
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES)
def test_a_process_that_fails_is_no_answer(program: str) -> None:
    with pytest.raises(Unavailable):
        PlanProcess((sys.executable, "-c", program), seconds=3).plan(the_sources())


def test_a_program_that_does_not_exist_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        PlanProcess(("/nowhere/planner",)).plan(the_sources())


def test_after_a_failure_another_plan_is_made() -> None:
    """A process that fails gives its place back."""
    process = PlanProcess(("/nowhere/planner",))
    for _ in range(5):
        with pytest.raises(Unavailable):
            process.plan(the_sources())


def test_a_further_plan_does_not_wait_for_those_that_are_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FREE_WITHIN", 0.05)
    process = PlanProcess((sys.executable, "-c", "import time; time.sleep(60)"), seconds=3)

    with ThreadPoolExecutor() as pool:
        making = [pool.submit(process.plan, the_sources()) for _ in range(client.AT_ONCE)]
        time.sleep(0.5)
        with pytest.raises(Unavailable, match="other room plans"):
            process.plan(the_sources())
        assert not any(each.done() for each in making)
    assert all(isinstance(each.exception(), Unavailable) for each in making)
