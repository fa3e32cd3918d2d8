"""All routes, one module per audience and noun."""

from gateway.operations import Operation
from gateway.routes import (
    guest_access,
    guest_bookings,
    guest_payments,
    health,
    public_bookings,
    public_hotels,
    realtime,
    staff_blocks,
    staff_bookings,
    staff_decisions,
    staff_front_desk,
    staff_hotel,
    staff_housekeeping,
    staff_overstays,
    staff_policies,
    staff_promotions,
    staff_rates,
    staff_room_edits,
    staff_room_types,
    staff_rooms,
    staff_sessions,
    staff_settings,
    staff_stays,
    staff_turnover,
    webhooks,
)

MODULES = (
    health,
    public_hotels,
    public_bookings,
    guest_bookings,
    guest_payments,
    guest_access,
    webhooks,
    realtime,
    staff_sessions,
    staff_hotel,
    staff_settings,
    staff_room_types,
    staff_rates,
    staff_promotions,
    staff_policies,
    staff_bookings,
    staff_decisions,
    staff_stays,
    staff_overstays,
    staff_front_desk,
    staff_rooms,
    staff_room_edits,
    staff_turnover,
    staff_blocks,
    staff_housekeeping,
)


def operations() -> list[Operation]:
    """Everything that clients can do."""
    return [operation for module in MODULES for operation in module.routes.operations]
