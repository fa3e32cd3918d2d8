"""Counts each operation of a stay, after an earlier stay that fills all caches."""

from collections.abc import Callable
from functools import partial

from tests.conversations.conftest import PlatformFixture
from tests.statement_counts.host import CountedHost, counted_host
from tests.statement_counts.operations import OPERATIONS, CountedStay
from tests.statement_counts.recorder import Recording


def record_operations(fixture: PlatformFixture) -> dict[str, Recording]:
    """What the services execute for each operation, with everything that follows from it."""
    with counted_host(fixture) as host:
        warm_up(host)
        stay = CountedStay(host)
        return {name: record(host, partial(operation, stay)) for name, operation in OPERATIONS.items()}


def warm_up(host: CountedHost) -> None:
    """Do every operation, and run every timer."""
    host.begin_in_the_afternoon()
    stay = CountedStay(host)
    for operation in OPERATIONS.values():
        operation(stay)
        host.run_until_idle()
    host.finish()


def record(host: CountedHost, operation: Callable[[], None]) -> Recording:
    """What the services execute for an operation; nothing follows from one that wrote nothing."""
    with host.recorder.apart() as recording:
        operation()
        host.run_until_idle()
        if recording.wrote:
            host.finish()
    return recording
