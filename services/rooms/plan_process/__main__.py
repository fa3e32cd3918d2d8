"""`python -m services.rooms.plan_process`: reads the sources of a plan from standard input, and writes the plan.

The process gives way to others, and ends itself after its time. Its log is the standard error.
"""

import os
import signal
import sys

from chassis import codec
from services.rooms.domain.room_plan.plan import plan_rooms
from services.rooms.exact_plan.client import within
from services.rooms.plan_process.question import PlanToMake

SECONDS = 15.0


def main() -> None:
    """Make one plan."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    os.nice(5)
    answer = os.dup(1)
    os.dup2(2, 1)
    question = codec.typed(codec.decode(sys.stdin.buffer.read()), PlanToMake)
    of = question.sources
    plan = plan_rooms(of.rooms, of.stays, of.blocks, improve=within(question.exact_seconds))
    with os.fdopen(answer, "wb") as output:
        output.write(codec.encode(plan))


if __name__ == "__main__":
    main()
