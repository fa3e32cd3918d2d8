"""`python -m services.rooms.exact_plan`: reads a packing from standard input, and writes a placement.

The process bounds its memory, gives way to others, and ends itself a second after its time at the latest; five seconds
after its start where it has nothing to read.
"""

import os
import resource
import signal
import sys
import time

from chassis import codec
from services.rooms.exact_plan.question import PackingToSolve

MEMORY = 1 << 30  # bytes of address space
SECONDS_TO_READ = 5.0


def main() -> None:
    """Solve one packing."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(5)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_READ)
    packing = codec.typed(codec.decode(sys.stdin.buffer.read()), PackingToSolve)
    signal.setitimer(signal.ITIMER_REAL, max(packing.ends_at - time.monotonic(), 0) + 1)
    from services.rooms.exact_plan import model  # noqa: PLC0415 - after the limits are set

    sys.stdout.buffer.write(codec.encode(model.solved(packing)))


if __name__ == "__main__":
    main()
