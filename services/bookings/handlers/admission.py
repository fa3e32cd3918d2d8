"""Loading a booking for whoever asks, or telling them no more than they may know."""

from typing import Protocol

from chassis.refusal import Refusal
from services.bookings.domain import access
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def seen(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    """The booking as the caller may see it. Refused `BOOKING_NOT_FOUND`, `INVALID_TOKEN`."""
    return _admitted(work, work.bookings.find(booking_id), hotel)


class AboutBooking(Protocol):
    """A command to one booking of one hotel, whatever it is answered with."""

    @property
    def hotel(self) -> str:
        """The slug that the caller used."""

    @property
    def booking_id(self) -> str:
        """Which booking."""


def locked(work: BookingsWork, command: AboutBooking, *, staff: bool = True) -> Booking:
    """The booking, ours until the transaction ends, for a caller who may change it.

    Refused as `seen`, and `PERMISSION_DENIED`, `VERSION_MISMATCH`.
    """
    booking = locked_by_id(work, hotel=command.hotel, booking_id=command.booking_id)
    if staff:
        access.staff_only(work.caller)
    return booking


def locked_by_id(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    """The same for a guest too. Refused as `seen`, and `VERSION_MISMATCH`."""
    booking = _admitted(work, work.bookings.lock(booking_id), hotel)
    if not work.context.expects(booking.version):
        raise Refusal("VERSION_MISMATCH", f"The booking is at version {booking.version}.", version=booking.version)
    return booking


def own_hotel(hotel: str, work: BookingsWork) -> None:
    """Staff see their own hotel only. Refused `PERMISSION_DENIED`, `HOTEL_NOT_FOUND`."""
    access.staff_only(work.caller)
    if work.caller.kind == "staff" and work.caller.hotel != hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")


def uncontested(booking: Booking) -> Booking:
    """The booking, unless an action is under way with it. Refused `ACTION_IN_PROGRESS`."""
    if booking.pending:
        raise Refusal("ACTION_IN_PROGRESS", "Something else is being done with this booking; try again shortly.")
    return booking


def _admitted(work: BookingsWork, booking: Booking | None, hotel: str) -> Booking:
    caller = work.caller
    is_guest = caller.kind not in ("staff", "system")
    if is_guest and (booking is None or not access.opens(booking, caller.guest_token)):
        token = caller.guest_token
        known = token is not None and work.bookings.token_is_known(access.hashed(token))
        raise access.not_found() if known else access.invalid_token()
    if booking is None:
        raise access.not_found()
    access.admit(booking, caller, hotel=hotel, now=work.now)
    return booking
