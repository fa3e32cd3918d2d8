"""How tests are divided between processes: those that share something slow to make stay together.

A process that takes one test of a group takes all of them. The other tests are divided by files.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

# The first paths of the tests of each group, from the longest group to the shortest.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("tests/journeys/",),  # one running system
    (  # one broker
        "tests/interface/broker/",
        "tests/interface/gateway/",
        "tests/interface/hotelmate/",
        "tests/interface/notifier/",
        "tests/interface/partitions/",
        "tests/interface/upgrade/",
        "tests/sandbox/test_stack_copies.py",
        "tests/sandbox/test_stack_ends.py",
        "tests/sandbox/test_stack_rabbit.py",
    ),
    ("tests/interface/chassis/",),  # another broker
    ("tests/storm/",),  # the environments of storms
    ("tests/sandbox/chaos/test_running_system.py",),
    ("tests/interface/rooms/",),  # a database
    ("tests/interface/payments/",),  # a database and a stand-in
    ("tests/architecture/", "tests/surface/"),  # the sources, parsed
    ("tests/interface/bookings/",),  # a database
)


def place(nodeid: str) -> int:
    """Where the test's group is in the order; the number of groups for a test of none."""
    return next((at for at, group in enumerate(GROUPS) if nodeid.startswith(group)), len(GROUPS))


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests as they are begun: the longest group first, so that no process works alone at the end."""
    return sorted(items, key=lambda item: place(item.nodeid))


class GroupScheduling(LoadScopeScheduling):
    """Divides the tests by groups and files."""

    def _split_scope(self, nodeid: str) -> str:
        at = place(nodeid)
        return GROUPS[at][0] if at < len(GROUPS) else nodeid.partition("::")[0]
