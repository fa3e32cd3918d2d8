"""Views of a booking: the row of a list, the details, the payable amount."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from chassis.email_address import address_problem
from chassis.text import isolated
from contracts.bookings.change_previews import WaitingChange
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, BookingRow, InHouse, Payable
from contracts.payments.events import PaymentPurpose
from contracts.values import Caller, Money, Permission
from services.bookings.domain import approval_urgency, balance, cancellation_fees, deadlines, departures
from services.bookings.domain.booking import Booking
from services.bookings.domain.cancellation import can_cancel
from services.bookings.lifecycle import ENDED, OWES

BALANCE_PAGE_LASTS = timedelta(hours=1)
ROOM_TYPE_MISMATCH = "ROOM_TYPE_MISMATCH"
REFUND_AT_DESK = "REFUND_AT_DESK"

_OF_A_CHANGE = ("expires_at", "amount", "preview", "check_in", "check_out", "room_type_code", "adults", "children")
_OWN = {field.name for field in fields(Booking)} - {"id", "status", "in_house", "pending_change"}


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
    same = shared(booking, BookingDetail) | {"balance_due": booking.zero_if_none(booking.balance_due)}
    cancellable = can_cancel(booking, as_guest=as_guest)
    return BookingDetail(
        **same,
        **_derived(booking, now),
        guest_first_name=booking.guest.first_name,
        guest_last_name=booking.guest.last_name,
        promo_code=booking.terms.price.promo_code,
        pricing=booking.terms.price.lines,
        can_pay=payable(booking, now=now).payable,
        hotel_card=booking.terms.hotel,
        policy=booking.terms.policy,
        can_cancel=cancellable,
        cancellation_preview=cancellation_fees.charges(booking, now).preview if cancellable else None,
        in_house=in_house,
        departure_warnings=departures.warnings(booking, now=now),
        warnings=tuple(_warnings(booking)),
        pending_change=_waiting(booking, now),
    )


def _waiting(booking: Booking, now: datetime) -> WaitingChange | None:
    change = booking.pending_change
    if change is None:
        return None
    same = {name: getattr(change, name) for name in _OF_A_CHANGE}
    return WaitingChange(change_id=change.id, can_pay=_change_is_payable(booking, now), **same)


def _change_is_payable(booking: Booking, now: datetime) -> bool:
    change = booking.pending_change
    return change is not None and change.payment_id is None and now < change.expires_at


def _warnings(booking: Booking) -> Iterator[str]:
    if booking.assigned_room_type not in (None, booking.room_type_code):
        yield ROOM_TYPE_MISMATCH
    if not booking.zero_if_none(booking.desk_refund_due).is_zero:
        yield REFUND_AT_DESK


def secrets_for(booking: Booking, caller: Caller) -> InHouse | None:
    """PIN and Wi-Fi for the guest in house and the front desk; None for other callers."""
    if booking.status is not BookingStatus.IN_HOUSE:
        return None
    front_desk = caller.kind == "staff" and caller.may(Permission.MANAGE_CHECKIN)
    return booking.in_house if caller.kind == "guest" or front_desk else None


def payable(booking: Booking, *, now: datetime) -> Payable:
    """The amount that the payments service may charge: a held booking's total, or later a change or the balance.

    While a change waits for its payment, only the change is payable. An amount that no card can take is not payable: a
    balance is then paid at the desk.
    """
    due = _due(booking, now)
    stay = f"{isolated(booking.room_type_name)}, {booking.check_in} to {booking.check_out} ({booking.id})"
    return Payable(
        **booking.about,
        hotel_name=booking.terms.hotel.name,
        description=f"{due.what}{stay}",
        amount=due.amount,
        status=status_of(booking),
        payment_status=booking.payment_status,
        payment_reference=booking.payment_reference,
        expires_at=due.until,
        guest_email="" if address_problem(booking.guest.email) else booking.guest.email,
        payable=due.is_open and booking.terms.charge_limits.allow(due.amount),
        purpose=due.purpose,
        ended=booking.status in ENDED,
        change_id=booking.pending_change.id if booking.pending_change else None,
    )


class _Due(NamedTuple):
    purpose: PaymentPurpose
    amount: Money
    until: datetime | None
    is_open: bool
    what: str = ""


def _due(booking: Booking, now: datetime) -> _Due:
    owed, change = balance.owed(booking), booking.pending_change
    if change:
        is_open = _change_is_payable(booking, now)
        return _Due(PaymentPurpose.CHANGE, change.amount, change.expires_at, is_open, what="Change of ")
    if booking.status in OWES and not owed.is_zero:
        return _Due(PaymentPurpose.EXTENSION, owed, now + BALANCE_PAGE_LASTS, is_open=True, what="Balance of ")
    ends = booking.expires_at
    held = booking.status is BookingStatus.PENDING_PAYMENT and ends is not None and now < ends
    return _Due(PaymentPurpose.BOOKING, booking.total, deadlines.pay_by(booking), held)


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
        "late": deadlines.is_late(booking, now),
    }


def status_of(booking: Booking) -> BookingStatus:
    """The status of a stored booking. Raises `ValueError` before the first event."""
    if booking.status is None:
        raise ValueError(f"{booking.id} has no status yet")
    return booking.status
