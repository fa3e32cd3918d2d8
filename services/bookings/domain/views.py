"""Views of a booking: the row of a list, the details, the payable amount."""

from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, BookingRow, InHouse, Payable
from contracts.payments.events import PaymentPurpose
from contracts.values import Caller, Permission
from services.bookings.domain import approval_urgency, balance, cancellation_fees, deadlines
from services.bookings.domain.booking import Booking
from services.bookings.domain.cancellation import can_cancel

BALANCE_PAGE_LASTS = timedelta(hours=1)
ROOM_TYPE_MISMATCH = "ROOM_TYPE_MISMATCH"

_OWN = {field.name for field in fields(Booking)} - {"id", "status", "in_house"}


def shared(booking: Booking, view: Any) -> dict[str, Any]:
    """The booking's value for each field that the dataclass `view` and the booking share."""
    return {name: getattr(booking, name) for name in _shared_names(view)}


@cache
def _shared_names(view: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(view) if field.name in _OWN)


def row(booking: Booking, *, now: datetime) -> BookingRow:
    """The booking's row in a staff list."""
    return BookingRow(**shared(booking, BookingRow), **_derived(booking, now))


def detail(
    booking: Booking, *, now: datetime, in_house: InHouse | None = None, as_guest: bool = False
) -> BookingDetail:
    """The booking's details. PIN and Wi-Fi are included only if `in_house` is passed."""
    same = shared(booking, BookingDetail) | {"balance_due": booking.balance_due or booking.nothing}
    cancellable = can_cancel(booking, as_guest=as_guest)
    return BookingDetail(
        **same,
        **_derived(booking, now),
        guest_first_name=booking.guest.first_name,
        guest_last_name=booking.guest.last_name,
        promo_code=booking.terms.price.promo_code,
        hotel_card=booking.terms.hotel,
        policy=booking.terms.policy,
        can_cancel=cancellable,
        cancellation_preview=cancellation_fees.charges(booking, now).preview if cancellable else None,
        in_house=in_house,
        warnings=(ROOM_TYPE_MISMATCH,) if booking.assigned_room_type not in (None, booking.room_type_code) else (),
    )


def secrets_for(booking: Booking, caller: Caller) -> InHouse | None:
    """PIN and Wi-Fi for the guest in house and the front desk; None for other callers."""
    if booking.status is not BookingStatus.IN_HOUSE:
        return None
    front_desk = caller.kind == "staff" and caller.may(Permission.MANAGE_CHECKIN)
    return booking.in_house if caller.kind == "guest" or front_desk else None


def payable(booking: Booking, *, now: datetime) -> Payable:
    """The amount that the payments service may charge: a held booking's total, or the balance of a guest in house."""
    due = balance.owed(booking)
    extension = booking.status is BookingStatus.IN_HOUSE and bool(due)
    until = now + BALANCE_PAGE_LASTS if extension else booking.expires_at
    held = booking.status is BookingStatus.PENDING_PAYMENT and until is not None and now < until
    stay = f"{booking.room_type_name}, {booking.check_in} to {booking.check_out} ({booking.id})"
    return Payable(
        **booking.about,
        hotel_name=booking.terms.hotel.name,
        description=f"Balance of {stay}" if extension else stay,
        amount=due if extension else booking.total,
        status=status_of(booking),
        payment_status=booking.payment_status,
        payment_reference=booking.payment_reference,
        expires_at=until,
        guest_email=booking.guest.email,
        payable=extension or (held and bool(booking.total)),
        purpose=PaymentPurpose.EXTENSION if extension else PaymentPurpose.BOOKING,
    )


def _derived(booking: Booking, now: datetime) -> dict[str, Any]:
    severity = deadlines.overstay_severity(booking, now)
    return {
        "id": booking.id,
        "booking_id": booking.id,
        "status": status_of(booking),
        "hotel_name": booking.terms.hotel.name,
        "has_room_assigned": booking.assigned_room_number is not None,
        "can_check_in": booking.status is BookingStatus.CONFIRMED and booking.assigned_room_number is not None,
        "guest_name": booking.guest.name,
        "guest_email": booking.guest.email,
        "guest_phone": booking.guest.phone,
        "nights": booking.stay.nights,
        "total_amount": booking.total,
        "approval_risk": approval_urgency.approval_risk(booking, now),
        "is_overstay": severity is not None,
        "overstay_severity": severity,
        "is_new_for_staff": booking.is_new_for_staff,
    }


def status_of(booking: Booking) -> BookingStatus:
    """The status of a stored booking. Raises `ValueError` before the first event."""
    if booking.status is None:
        raise ValueError(f"{booking.id} has no status yet")
    return booking.status
