"""Every operation of the HTTP API."""

from gateway.api.access import routes as access
from gateway.api.bookings import change_routes as changes
from gateway.api.bookings import guest_routes as guest_bookings
from gateway.api.bookings import routes as bookings
from gateway.api.catalogue import routes as catalogue
from gateway.api.hotels import routes as hotels
from gateway.api.messages import routes as messages
from gateway.api.operations import routes as health
from gateway.api.payments import routes as payments
from gateway.api.realtime import routes as realtime
from gateway.api.room_service import guest_routes as guest_room_service
from gateway.api.room_service import routes as room_service
from gateway.api.rooms import housekeeping_routes as housekeeping
from gateway.api.rooms import routes as rooms
from gateway.api.stays import front_desk_routes as front_desk
from gateway.api.stays import routes as stays
from gateway.api.stays import undo_routes as undo
from gateway.http.operation import Operation
from gateway.http.routing import Routes

MODULES = (
    health, hotels, guest_bookings, changes, access, payments, guest_room_service, messages, realtime, catalogue,
    bookings, stays, undo, front_desk, room_service, rooms, housekeeping,
)  # fmt: skip


def operations() -> list[Operation]:
    """The operations that the modules of all nouns declare with `Routes`."""
    declared = (routes for module in MODULES for routes in vars(module).values() if isinstance(routes, Routes))
    return [operation for routes in declared for operation in routes.operations]
