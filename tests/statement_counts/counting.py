"""Counts each operation of a second stay, after a first one that fills all caches."""

from tests.conversations.conftest import PlatformFixture
from tests.statement_counts.host import counted_host
from tests.statement_counts.operations import OPERATIONS, CountedStay
from tests.statement_counts.recorder import Recording

WARM_UP = 2  # stays before the one that is counted


def record_operations(fixture: PlatformFixture) -> dict[str, Recording]:
    """What the services execute for each operation, with everything that follows from it."""
    with counted_host(fixture) as host:
        host.begin_at_noon()
        for _ in range(WARM_UP + 1):
            stay, recordings = CountedStay(host), {}
            for name, operation in OPERATIONS.items():
                with host.recorder.apart() as recording:
                    operation(stay)
                    host.finish()
                recordings[name] = recording
    return recordings
