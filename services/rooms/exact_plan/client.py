"""Asks the exact solver for a better placement, and never fails: what is not answered in time is not proven."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from chassis import codec
from chassis.observability import logs
from services.rooms.domain.room_plan.packing import Packing, Placement, is_valid, moves, unplaced
from services.rooms.domain.room_plan.plan import Improve
from services.rooms.domain.room_plan.window import narrowed
from services.rooms.exact_plan.question import PackingToSolve, SlotToSolve, SolvedPacking

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (sys.executable, "-m", "services.rooms.exact_plan")
SECONDS = 2.0
ANSWER = 0.2  # seconds of those for the model and the answer
MOST_OF_AN_ERROR = 300  # characters of the last line that the solver writes on its standard error

log = logs.logger(__name__)


def within(seconds: float = SECONDS, *, program: Sequence[str] = PROGRAM) -> Improve:
    """`improve` for all types of one plan together: the `seconds` begin now, and after them no solver starts."""
    ends_at = time.monotonic() + seconds
    return lambda packing, placement: improve(packing, placement, program=program, seconds=ends_at - time.monotonic())


def improve(
    packing: Packing, placement: Placement, *, program: Sequence[str] = PROGRAM, seconds: float = SECONDS
) -> Placement:
    """A placement that is at least as good, and bounds that are at least as close; `placement` where there is none.

    Waits at most `seconds`, and then kills the solver. No solver starts where the time is too short for an answer. The
    process inherits nothing of this one's environment.
    """
    if seconds <= ANSWER:
        return placement
    part = narrowed(packing, placement)
    question = PackingToSolve(
        rooms=part.rooms,
        nights=part.nights,
        slots=tuple(
            SlotToSolve(first=slot.first, until=slot.until, home=slot.home, fixed=slot.fixed, room=room)
            for slot, room in zip(part.slots, placement.room_of, strict=True)
        ),
        ends_at=time.monotonic() + seconds - ANSWER,
    )
    answer = _answer(question, program, seconds)
    if answer is None or not is_valid(packing, answer.room_of):
        return placement
    return _better(packing, placement, answer, is_whole=part is packing)


def _answer(question: PackingToSolve, program: Sequence[str], seconds: float) -> SolvedPacking | None:
    try:
        ended = subprocess.run(  # noqa: S603 - a program of ours
            list(program),
            input=codec.encode(question),
            capture_output=True,
            cwd=ROOT,
            env={},
            timeout=seconds,
            check=False,
        )
        if ended.returncode:
            last = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            log.warning("exact_plan_not_answered", code=ended.returncode, error=last[:MOST_OF_AN_ERROR])
            return None
        return codec.typed(codec.decode(ended.stdout), SolvedPacking)
    except Exception as problem:  # under eventlet, the exceptions of subprocess are classes of a second copy
        log.warning("exact_plan_not_answered", reason=type(problem).__name__)
        return None


def _better(packing: Packing, before: Placement, answer: SolvedPacking, *, is_whole: bool) -> Placement:
    """The better of both placements, with the closer bounds of both. Bounds of a part say nothing of the whole."""
    after = unplaced(answer.room_of), moves(packing, answer.room_of)
    is_better = after <= (unplaced(before.room_of), moves(packing, before.room_of))
    rooms = answer.room_of if is_better else before.room_of
    fewer = unplaced(rooms) < unplaced(before.room_of)
    least, fewest = before.unplaced_at_least, 0 if fewer else before.moves_at_least
    if is_whole:
        least = max(least, min(answer.unplaced_at_least, unplaced(rooms)))
        if after[0] == unplaced(rooms):
            fewest = max(fewest, min(answer.moves_at_least, moves(packing, rooms)))
    return Placement(room_of=rooms, unplaced_at_least=least, moves_at_least=fewest)
