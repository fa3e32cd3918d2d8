"""A service that handles one event of another: `BookingAmended`."""

from collections.abc import Callable

from chassis.messaging.event_dispatcher import EventDispatcher
from chassis.service import Service, on
from chassis.settings import ServiceSettings
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended


def amendment_dispatcher(unit_of_work: UnitOfWork, handler: Callable[[BookingAmended, Work], None]) -> EventDispatcher:
    """The dispatcher of a service with this handler."""
    service = Service(
        name="rooms",
        settings=ServiceSettings,
        work=Work,
        dependencies=lambda _: None,
        events=[on(BookingAmended, handler)],
    )
    return EventDispatcher(service, unit_of_work)
