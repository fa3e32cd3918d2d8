"""Admits staff to their own hotel only."""

from chassis.refusal import Refusal
from contracts.values import Caller
from services.bookings.domain import access


def require_own_hotel(hotel: str, caller: Caller) -> None:
    """Admit the hotel's own staff and services.

    Refused `PERMISSION_DENIED` for a guest, `HOTEL_NOT_FOUND` for staff of another hotel.
    """
    access.staff_only(caller)
    if caller.kind == "staff" and caller.hotel != hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")
