"""Has a room plan made in a process of its own, a few at a time."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from chassis import codec
from chassis.observability import logs
from chassis.refusal import Unavailable
from services.rooms.domain.room_plan.plan import RoomPlan
from services.rooms.domain.room_plan.sources import PlanSources
from services.rooms.plan_process.question import PlanToMake

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (sys.executable, "-m", "services.rooms.plan_process")
EXACT_SECONDS = 2.0
SECONDS = 12.0
AT_ONCE = 2
FREE_WITHIN = 1.0  # seconds
MOST_OF_A_LINE = 300  # characters of the last line that the process writes on its standard error

log = logs.logger(__name__)


class PlanProcess:
    """Makes plans. At most two processes run at once; a further caller waits for one of them for a second at most.

    Each caller holds one of the service's workers, so that more callers would hold up all other asks.

    A process inherits nothing of this one's environment, thus no secret.
    """

    def __init__(self, program: Sequence[str] = PROGRAM, *, seconds: float = SECONDS) -> None:
        """Start `program` for each plan, and kill it after `seconds`."""
        self._program, self._seconds = list(program), seconds
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def plan(self, sources: PlanSources) -> RoomPlan:
        """The plan of these sources. Raises `Unavailable` where the process fails or is late, or none is free."""
        question = codec.encode(PlanToMake(sources=sources, exact_seconds=EXACT_SECONDS))
        if not self._free.acquire(timeout=FREE_WITHIN):
            raise Unavailable("other room plans are being made")
        try:
            return self._answer(question)
        finally:
            self._free.release()

    def _answer(self, question: bytes) -> RoomPlan:
        try:
            ended = subprocess.run(  # noqa: S603 - a program of ours
                self._program,
                input=question,
                capture_output=True,
                cwd=ROOT,
                env={},
                timeout=self._seconds,
                check=False,
            )
            if last := ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]:
                log.warning("plan_process_complained", code=ended.returncode, line=last[:MOST_OF_A_LINE])
            return codec.typed(codec.decode(ended.stdout), RoomPlan)
        except Exception as problem:  # under eventlet, the exceptions of subprocess are classes of a second copy
            log.warning("plan_process_not_answered", reason=type(problem).__name__)
            raise Unavailable("the room plan was not made in time") from problem
