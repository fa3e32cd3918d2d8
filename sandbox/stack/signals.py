"""Handles termination signals by calls in a separate thread, so that no signal interrupts a half-done step.

Each call has a thread of its own: a later signal is handled also while the first call is still at work or has failed.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled_signals(first: Callable[[], None], *, again: Callable[[], None]) -> Iterator[None]:
    """Call `first` at the first termination signal, and `again` at each further one, until the block ends.

    A SIGHUP that is ignored, as under `nohup`, stays ignored.
    """
    reading, writing = os.pipe()
    ends = [each for each in ENDS if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, lambda *_: _write(writing)) for each in ends}
    listener = threading.Thread(target=_listen, args=(reading, first, again), name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(writing)
        listener.join()


def _write(writing: int) -> None:
    os.write(writing, b"!")


def _listen(reading: int, first: Callable[[], None], again: Callable[[], None]) -> None:
    act = first
    while os.read(reading, 1):
        threading.Thread(target=act, name="signal", daemon=True).start()
        act = again
    os.close(reading)
