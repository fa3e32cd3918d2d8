"""Every operation of the HTTP API, by noun."""

from gateway.api.access import routes as access
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
from gateway.http.operation import Operation
from gateway.http.routing import Routes

ROUTES: tuple[Routes, ...] = (
    health.routes,
    hotels.public,
    guest_bookings.public,
    guest_bookings.lookup,
    guest_bookings.guest,
    payments.sessions,
    payments.webhooks,
    access.codes,
    guest_room_service.routes,
    messages.guest_chat,
    realtime.routes,
    access.sessions,
    access.members,
    hotels.settings,
    catalogue.room_types,
    catalogue.rates,
    catalogue.promotions,
    catalogue.policies,
    bookings.routes,
    stays.routes,
    front_desk.rooms,
    front_desk.overstays,
    payments.balances,
    messages.chat,
    messages.chats,
    messages.communications,
    room_service.orders,
    room_service.menus,
    rooms.routes,
    housekeeping.blocks,
    housekeeping.tasks,
)


def operations() -> list[Operation]:
    """Every operation."""
    return [operation for routes in ROUTES for operation in routes.operations]
