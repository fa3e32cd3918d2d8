"""Bookings as staff see them: the list's row, the full detail, and what some actions answer."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from contracts import bookings
from contracts.values import Actor, Permission
from gateway.http.money import major, major_or_none


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who did something; `id` and `name` are a member of staff's."""

    kind: str
    id: str | None
    name: str | None


@dataclass(frozen=True, kw_only=True)
class CancellationPreview:
    """What cancelling right now would cost."""

    fee_amount: str
    refund_amount: str
    currency: str
    description: str
    applied_rule: str


@dataclass(frozen=True, kw_only=True)
class BookingRow:
    """A booking in a list."""

    id: str
    booking_id: str
    confirmation_number: str
    hotel_name: str
    room_type_name: str
    assigned_room_number: str | None
    has_room_assigned: bool
    can_check_in: bool
    guest_name: str
    guest_email: str
    guest_phone: str
    check_in: date
    check_out: date
    nights: int
    adults: int
    children: int
    total_amount: str
    currency: str
    status: str
    source: str
    created_at: datetime
    paid_at: datetime | None
    approval_deadline_at: datetime | None
    approval_risk: str | None
    checkout_deadline_at: datetime | None
    is_overstay: bool
    overstay_severity: str | None
    is_new_for_staff: bool | None


@dataclass(frozen=True, kw_only=True)
class BookingFacts(BookingRow):
    """What guests and staff are both told of a booking."""

    room_type_code: str
    expires_at: datetime | None
    guest_first_name: str
    guest_last_name: str
    special_requests: str
    promo_code: str | None
    payment_provider: str | None
    payment_reference: str | None
    payment_status: str
    payment_authorized_at: datetime | None
    decision_made_at: datetime | None
    decision_made_by: Person | None
    reason_code: str | None
    confirmed_at: datetime | None
    confirmed_by: Person | None
    checked_in_at: datetime | None
    checked_in_by: Person | None
    checked_out_at: datetime | None
    checked_out_by: Person | None
    cancelled_at: datetime | None
    cancelled_by: Person | None
    cancellation_reason: str | None
    cancellation_fee: str | None
    refund_amount: str | None
    refund_status: str | None
    balance_due: str
    expired_at: datetime | None
    expiry_reason: str | None
    late_arrival_expected: bool
    can_cancel: bool
    cancellation_preview: CancellationPreview | None
    updated_at: datetime
    version: int


@dataclass(frozen=True, kw_only=True)
class StaffBooking(BookingFacts):
    """Everything about a booking. `room_pin` only in house, and only for who may check guests in."""

    hotel: str
    internal_notes: str
    reason_note: str | None
    assignment_notes: str | None
    room_pin: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BookingList:
    """A page of a hotel's bookings; `counts` by bucket where asked for."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[BookingRow, ...]
    counts: dict[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class RoomLeft:
    """The room of a guest who left."""

    room_number: str
    room_status: str


@dataclass(frozen=True, kw_only=True)
class LeftBooking:
    """A booking whose guest has left."""

    booking_id: str
    status: str
    checked_out_at: datetime | None
    assigned_room: RoomLeft | None


@dataclass(frozen=True, kw_only=True)
class CheckedOut:
    """What check-out answers."""

    message: str
    booking: LeftBooking


_MONEY = ("cancellation_fee", "refund_amount")
_PEOPLE = ("decision_made_by", "confirmed_by", "checked_in_by", "checked_out_by", "cancelled_by")
_MADE_HERE = {"total_amount", "currency", "balance_due", "cancellation_preview", "room_pin", *_MONEY, *_PEOPLE}


def _alike(shape: type[BookingRow]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(shape) if each.name not in _MADE_HERE)


_ROW, _FACTS, _STAFF = _alike(BookingRow), _alike(BookingFacts), _alike(StaffBooking)


def _row_fields(row: bookings.BookingRow) -> dict[str, Any]:
    return {"total_amount": major(row.total_amount), "currency": row.total_amount.currency}


def fact_fields(booking: bookings.BookingDetail) -> dict[str, Any]:
    """The fields of `BookingFacts`."""
    return {**{name: getattr(booking, name) for name in _FACTS}, **_detail_fields(booking)}


def _detail_fields(booking: bookings.BookingDetail) -> dict[str, Any]:
    return {
        **_row_fields(booking),
        **{name: major_or_none(getattr(booking, name)) for name in _MONEY},
        **{name: person(getattr(booking, name)) for name in _PEOPLE},
        "balance_due": major(booking.balance_due),
        "cancellation_preview": _preview(booking.cancellation_preview),
    }


def booking_row(row: bookings.BookingRow) -> BookingRow:
    """A booking in a staff list."""
    return BookingRow(**{name: getattr(row, name) for name in _ROW}, **_row_fields(row))


def staff_booking(booking: bookings.BookingDetail, permissions: frozenset[Permission]) -> StaffBooking:
    """A booking for its hotel's staff."""
    shown = booking.in_house if Permission.MANAGE_CHECKIN in permissions else None
    return StaffBooking(
        **{name: getattr(booking, name) for name in _STAFF},
        **_detail_fields(booking),
        room_pin=shown.room_pin if shown else None,
    )


def checked_out(booking: bookings.BookingDetail) -> CheckedOut:
    """What check-out answers, as older clients know it."""
    number = booking.assigned_room_number
    return CheckedOut(
        message="Booking checked out successfully",
        booking=LeftBooking(
            booking_id=booking.booking_id,
            status=booking.status,
            checked_out_at=booking.checked_out_at,
            assigned_room=RoomLeft(room_number=number, room_status="CHECKOUT_DIRTY") if number else None,
        ),
    )


def person(actor: Actor | None) -> Person | None:
    """Who did it, where somebody did."""
    return Person(kind=actor.kind, id=actor.id, name=actor.name) if actor else None


def _preview(given: bookings.CancellationPreview | None) -> CancellationPreview | None:
    if given is None:
        return None
    return CancellationPreview(
        fee_amount=major(given.fee_amount),
        refund_amount=major(given.refund_amount),
        currency=given.fee_amount.currency,
        description=given.description,
        applied_rule=given.applied_rule,
    )
