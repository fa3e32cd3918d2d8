"""Handles termination signals by calls in a separate thread, so that no signal interrupts a half-done step.

Each call has a thread of its own: a later signal is handled also while the first call is still at work or has failed.
The interpreter writes each signal into a pipe. A handler in Python would not be called while the main thread waits for
a lock and the system has delivered the signal to another thread.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled_signals(first: Callable[[], None], *, again: Callable[[], None]) -> Iterator[None]:
    """Call `first` at the first termination signal, and `again` at each further one, until the block ends.

    A SIGHUP that is ignored, as under `nohup`, stays ignored.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    ends = [each for each in ENDS if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, _leave_to_the_listener) for each in ends}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(reading, ends, first, again), name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(writing)
        listener.join()


def _leave_to_the_listener(*_: object) -> None:
    """Do nothing: the interpreter has written the signal's number into the pipe."""


def _listen(reading: int, ends: Sequence[signal.Signals], first: Callable[[], None], again: Callable[[], None]) -> None:
    act = first
    while number := os.read(reading, 1):
        if number[0] in ends:
            threading.Thread(target=act, name="signal", daemon=True).start()
            act = again
    os.close(reading)
