"""Turns termination signals into calls in a separate thread, so that no signal interrupts running code."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def heard(first: Callable[[], None], *, again: Callable[[], None]) -> Iterator[None]:
    """During the block, call `first` at the first termination signal, and `again` at each further one."""
    ears, mouth = os.pipe()
    before = {each: signal.signal(each, lambda *_: _shout(mouth)) for each in ENDS}
    listener = threading.Thread(target=_listen, args=(ears, first, again), name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(mouth)
        listener.join()


def _shout(mouth: int) -> None:
    os.write(mouth, b"!")


def _listen(ears: int, first: Callable[[], None], again: Callable[[], None]) -> None:
    act = first
    while os.read(ears, 1):
        act()
        act = again
    os.close(ears)
