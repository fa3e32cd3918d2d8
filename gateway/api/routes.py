"""Every operation of the HTTP API, by noun."""

from gateway.api.access import guest_routes as guest_access
from gateway.api.access import profile_routes, session_routes
from gateway.api.bookings import decision_routes, lookup_routes, public_routes
from gateway.api.bookings import guest_routes as guest_bookings
from gateway.api.bookings import routes as bookings
from gateway.api.catalogue import policy_routes, promotion_routes, rate_routes, room_type_routes
from gateway.api.hotels import public_routes as public_hotels
from gateway.api.hotels import routes as hotels
from gateway.api.messages import chat_routes, communication_routes
from gateway.api.operations import routes as health
from gateway.api.payments import balance_routes, webhook_routes
from gateway.api.payments import routes as payments
from gateway.api.realtime import routes as realtime
from gateway.api.room_service import guest_routes as guest_orders
from gateway.api.room_service import menu_routes
from gateway.api.room_service import routes as orders
from gateway.api.rooms import block_routes, edit_routes, status_routes, task_routes
from gateway.api.rooms import routes as rooms
from gateway.api.stays import front_desk_routes, overstay_routes
from gateway.api.stays import routes as stays
from gateway.http.operation import Operation

MODULES = (
    health,
    public_hotels,
    public_routes,
    guest_bookings,
    payments,
    guest_access,
    guest_orders,
    lookup_routes,
    chat_routes,
    webhook_routes,
    realtime,
    session_routes,
    profile_routes,
    hotels,
    room_type_routes,
    rate_routes,
    promotion_routes,
    policy_routes,
    balance_routes,
    bookings,
    decision_routes,
    stays,
    overstay_routes,
    front_desk_routes,
    communication_routes,
    orders,
    menu_routes,
    rooms,
    edit_routes,
    status_routes,
    block_routes,
    task_routes,
)


def operations() -> list[Operation]:
    """Everything that clients can do."""
    return [operation for module in MODULES for operation in module.routes.operations]
