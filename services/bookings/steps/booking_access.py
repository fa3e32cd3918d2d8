"""Loads a booking for a caller: staff of its hotel, its guest by token, or another service."""

from typing import Protocol

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from services.bookings.domain import access
from services.bookings.domain.booking import Booking
from services.bookings.domain.guest_tokens import hashed
from services.bookings.work import BookingsWork


class NamesBooking(Protocol):
    """A message that names one booking and its hotel."""

    @property
    def hotel(self) -> str:
        """The hotel's slug."""

    @property
    def booking_id(self) -> str:
        """The booking's id."""


def visible(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    """The booking, read without a lock. Refused `BOOKING_NOT_FOUND`, `INVALID_TOKEN`.

    An operator may leave `hotel` empty.
    """
    bookings = work.bookings
    booking = bookings.find(hotel, booking_id) if hotel else bookings.find_in_any_hotel(booking_id)
    return _admitted(work, booking, hotel)


def live(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    """The booking, read without a lock; of an ended booking only for staff and services.

    Raises the refusals of `visible`, and `BOOKING_ENDED` for the guest of an ended booking.
    """
    booking = visible(work, hotel=hotel, booking_id=booking_id)
    access.require_live(booking, work.caller)
    return booking


def locked(
    work: BookingsWork, command: NamesBooking, *, staff: bool = True, repeats: BookingStatus | None = None
) -> Booking:
    """The booking, locked until the transaction ends. With `staff`, a guest is refused `PERMISSION_DENIED`.

    In the ended status `repeats`, the guest's command is a repetition, and admitted. Raises the refusals of
    `locked_by_id`.
    """
    if staff:
        booking = _locked(work, hotel=command.hotel, booking_id=command.booking_id)
        access.staff_only(work.caller)
        return booking
    return locked_by_id(work, hotel=command.hotel, booking_id=command.booking_id, repeats=repeats)


def unlocked(work: BookingsWork, command: NamesBooking) -> Booking:
    """The booking, read without a lock, for a change by its guest, staff and services that locks it later.

    Raises the refusals of `locked_by_id`.
    """
    return expected(work, live(work, hotel=command.hotel, booking_id=command.booking_id))


def locked_by_id(work: BookingsWork, *, hotel: str, booking_id: str, repeats: BookingStatus | None = None) -> Booking:
    """The booking, locked, for a change by its guest, staff and services.

    Raises the refusals of `visible`, `VERSION_MISMATCH`, and `BOOKING_ENDED` for the guest of an ended booking.
    """
    booking = _locked(work, hotel=hotel, booking_id=booking_id)
    if repeats is None or booking.status is not repeats:
        access.require_live(booking, work.caller)
    return booking


def _locked(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    return expected(work, _admitted(work, work.bookings.lock(hotel, booking_id), hotel))


def expected(work: BookingsWork, booking: Booking) -> Booking:
    """The booking, if it is at the version that the caller has read. Refused `VERSION_MISMATCH`."""
    if not work.context.expects(booking.version):
        raise Refusal("VERSION_MISMATCH", f"The booking is at version {booking.version}.", version=booking.version)
    return booking


def _admitted(work: BookingsWork, booking: Booking | None, hotel: str) -> Booking:
    caller, tokens = work.caller, work.dependencies.guest_tokens
    is_guest = caller.kind not in ("staff", "system")
    if is_guest and (booking is None or not access.opens(booking, caller.guest_token, tokens)):
        other = work.bookings.find_by_token(hashed(caller.guest_token or ""))
        known = other is not None and access.opens(other, caller.guest_token, tokens)
        raise access.not_found() if known else access.invalid_token()
    if booking is None:
        raise access.not_found()
    access.admit(booking, caller, hotel=hotel, tokens=tokens, now=work.now)
    return booking
