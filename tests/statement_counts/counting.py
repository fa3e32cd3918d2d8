"""Counts each operation of a stay, after an earlier stay that fills all caches."""

from collections.abc import Callable
from functools import partial

from chassis.transactions.tables import JOB
from contracts.rooms.hotel_import import ImportHotel
from tests.conversations.conftest import PlatformFixture
from tests.statement_counts.host import CountedHost, counted_host
from tests.statement_counts.hotel import HOTEL
from tests.statement_counts.operations import LATER, OPERATIONS, CountedStay
from tests.statement_counts.recorder import Recording


def record_operations(fixture: PlatformFixture) -> dict[str, Recording]:
    """What the services execute for each operation, with everything that follows from it."""
    with counted_host(fixture) as host:
        warm_up(host)
        stay = CountedStay(host)
        return {name: record(host, partial(operation, stay)) for name, operation in OPERATIONS.items()}


def warm_up(host: CountedHost) -> None:
    """Import the hotel, run every timer, and do every operation but the last, whose jobs are deleted."""
    import_hotel(host)
    host.poll()
    host.finish(every_timer=True)
    stay = CountedStay(host)
    for name, operation in OPERATIONS.items():
        if name != LATER:
            host.set_clock()
            operation(stay)
            host.run_until_idle()
    host.finish()
    for service in host.services.values():
        with service.instance.engine.begin() as connection:
            connection.execute(JOB.delete().where(JOB.c.done_at.is_(None)))


def import_hotel(host: CountedHost) -> None:
    """Import the hotel of the counted stays."""
    host.ask(ImportHotel(definition=HOTEL))


def record(host: CountedHost, operation: Callable[[], None]) -> Recording:
    """What the services execute for an operation; nothing follows from one that wrote nothing."""
    host.set_clock()
    with host.recorder.apart() as recording:
        operation()
        host.run_until_idle()
        if recording.wrote:
            host.finish()
    return recording
