"""The exact solver's process, and what its client makes of every way in which the process can fail."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement, Slot, unplaced
from services.rooms.domain.room_plan.solve import solve
from services.rooms.exact_plan import client
from services.rooms.exact_plan.client import ROOT, improve, within
from tests.unit.rooms.room_plan.packings import a_packing

pytestmark = pytest.mark.slow

PATIENTLY = 100.0  # seconds, on a busy machine


def unsolved(packing: Packing) -> Placement:
    """The placement before any plan: all are at home."""
    homes = tuple(slot.home for slot in packing.slots)
    return Placement(room_of=homes, unplaced_at_least=0, moves_at_least=0)


def test_the_exact_solver_proves_what_the_plan_alone_leaves_open() -> None:
    """No night is short of rooms, and the search is given no effort."""
    packing = a_packing(
        2,
        Slot(first=0, until=1, home=0, fixed=True),
        Slot(first=3, until=4, home=1, fixed=True),
        Slot(first=0, until=2),
        Slot(first=1, until=3),
        Slot(first=2, until=4),
    )
    before = solve(packing, effort=0)

    after = improve(packing, before, seconds=PATIENTLY)

    assert (unplaced(before.room_of), before.unplaced_at_least) == (1, 0)
    assert (unplaced(after.room_of), after.unplaced_at_least) == (1, 1)


FAILURES = {
    "a crash": "import os; os.abort()",
    "an exit code": 'print(\'{"room_of":[0,1],"unplaced_at_least":0,"moves_at_least":0}\'); raise SystemExit(1)',
    "a hang": "import time; time.sleep(60)",
    "a hang that ignores SIGTERM": "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)",
    "nothing": "",
    "garbage": "print('<html>')",
    "nesting": "print('[' * 100000)",
    "another shape": "print('{\"room_of\": 7}')",
    "too few rooms": 'print(\'{"room_of":[0],"unplaced_at_least":0,"moves_at_least":0}\')',
    "a room taken twice": 'print(\'{"room_of":[0,0],"unplaced_at_least":0,"moves_at_least":0}\')',
    "an unknown room": 'print(\'{"room_of":[0,7],"unplaced_at_least":0,"moves_at_least":0}\')',
    "a lost room": 'print(\'{"room_of":[-1,0],"unplaced_at_least":0,"moves_at_least":0}\')',
    "a question that it does not read": "import os; os.close(0)",
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES)
def test_a_solver_that_fails_changes_nothing_and_raises_nothing(program: str) -> None:
    packing = Packing(rooms=2, nights=2, slots=(Slot(first=0, until=2, home=0), Slot(first=0, until=2)))
    before = Placement(room_of=(0, NO_ROOM), unplaced_at_least=0, moves_at_least=0)

    after = improve(packing, before, program=(sys.executable, "-c", program), seconds=3)

    assert after == before


def test_a_program_that_does_not_exist_changes_nothing() -> None:
    packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
    before = unsolved(packing)

    assert improve(packing, before, program=("/nowhere/solver",)) == before


def test_bounds_that_the_solver_claims_beyond_what_it_found_are_cut() -> None:
    packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
    program = 'print(\'{"room_of":[0],"unplaced_at_least":5,"moves_at_least":5}\')'

    after = improve(packing, unsolved(packing), program=(sys.executable, "-c", program), seconds=PATIENTLY)

    assert after == Placement(room_of=(0,), unplaced_at_least=0, moves_at_least=0)


def test_the_solver_inherits_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOMS_DATABASE_URL", "postgresql://secret")
    packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
    program = (
        "import os\n"
        "room = -1 if 'ROOMS_DATABASE_URL' in os.environ else 0\n"
        'print(\'{"room_of":[%d],"unplaced_at_least":0,"moves_at_least":0}\' % room)'
    )

    after = improve(packing, unsolved(packing), program=(sys.executable, "-c", program), seconds=PATIENTLY)

    assert after.room_of == (0,)


def test_a_solver_whose_client_has_gone_ends_itself() -> None:
    """The solver stands still, and its time is over."""
    question = b'{"rooms":1,"nights":1,"slots":[],"ends_at":0}'
    program = (
        "import runpy, time; from services.rooms.exact_plan import model; model.solved = lambda _: time.sleep(60); "
    )
    program += "runpy.run_module('services.rooms.exact_plan', run_name='__main__')"

    ended = subprocess.run(
        [sys.executable, "-c", program], input=question, cwd=ROOT, capture_output=True, timeout=PATIENTLY, check=False
    )

    assert ended.returncode < 0


def test_a_solver_that_is_asked_nothing_ends_itself() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "services.rooms.exact_plan"], stdin=subprocess.PIPE, cwd=ROOT
    ) as solver:
        code = solver.wait(PATIENTLY)

    assert code == -signal.SIGALRM


def test_the_types_of_a_plan_share_one_deadline(tmp_path: Path) -> None:
    """The first solver hangs until the deadline, and no other starts."""
    packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
    hang = f"import time; open({str(tmp_path / 'started')!r}, 'a').write('x'); time.sleep(60)"
    improve_one = within(3, program=(sys.executable, "-c", hang))

    results = [improve_one(packing, unsolved(packing)) for _ in range(3)]

    assert results == [unsolved(packing)] * 3
    assert (tmp_path / "started").read_text() == "x"


def test_the_log_names_how_a_solver_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[dict[str, object]] = []
    monkeypatch.setattr(client.log, "warning", lambda _, **values: warnings.append(values), raising=False)
    packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
    program = "import sys; print('Traceback', file=sys.stderr); raise MemoryError('no more')"

    improve(packing, unsolved(packing), program=(sys.executable, "-c", program), seconds=PATIENTLY)

    assert warnings == [{"code": 1, "error": "MemoryError: no more"}]


GREEN = """
import eventlet; eventlet.monkey_patch(psycopg=False)
import sys
from services.rooms.domain.room_plan.packing import Packing, Placement, Slot
from services.rooms.exact_plan.client import improve

ticks = []

def tick():
    while True:
        ticks.append(1)
        eventlet.sleep(0.05)

eventlet.spawn(tick)
packing = Packing(rooms=1, nights=1, slots=(Slot(first=0, until=1),))
before = Placement(room_of=(-1,), unplaced_at_least=0, moves_at_least=0)
hang = (sys.executable, "-c", "import time; time.sleep(60)")
print(improve(packing, before, program=hang, seconds=2) == before, len(ticks) > 3, improve(packing, before, seconds=90))
"""


def test_in_a_green_service_others_run_while_the_solver_does_and_a_hang_changes_nothing() -> None:
    command = [sys.executable, "-W", "ignore", "-c", GREEN]

    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert output.splitlines()[-1] == "True True Placement(room_of=(0,), unplaced_at_least=0, moves_at_least=0)"


def test_the_client_loads_no_ortools() -> None:
    program = "import services.rooms.exact_plan.client, sys; print('ortools' in sys.modules)"

    output = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert output.stdout.strip() == "False"
