"""Access to a booking for staff of its hotel, for its guest by token, and for other services."""

from dataclasses import replace
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.values import Actor, Caller
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking, Guest
from services.bookings.domain.guest_tokens import GuestTokens, hashed
from services.bookings.lifecycle import ENDED

TOKEN_OUTLIVES = timedelta(days=30)


def not_found() -> Refusal:
    """The refusal `BOOKING_NOT_FOUND`: the booking is unknown, or the caller may not see the booking."""
    return Refusal("BOOKING_NOT_FOUND", "Booking not found")


def revoke(
    booking: Booking, guest: Guest, *, tokens: GuestTokens, by: Actor, now: datetime, address_corrected: bool = False
) -> tuple[GuestTokenRevoked, Guest]:
    """Return the event that revokes the token of the booking's guest, and the guest with the next token's hash."""
    generation = guest.token_generation + 1
    token_hash = hashed(tokens.new(booking.id, generation))
    event = GuestTokenRevoked(
        **booking.about, generation=generation, revoked_at=now, revoked_by=by, address_corrected=address_corrected
    )
    return event, replace(guest, token_hash=token_hash, token_generation=generation)


def opens(booking: Booking, token: str | None, tokens: GuestTokens) -> bool:
    """Whether the token belongs to the booking's guest."""
    return bool(token) and tokens.verifies(token or "", booking.id, booking.guest.token_generation)


def is_valid(booking: Booking, token: str | None, *, tokens: GuestTokens, now: datetime) -> bool:
    """Whether the token belongs to the booking's guest, and has not expired."""
    return opens(booking, token, tokens) and now < token_ends_at(booking)


def token_ends_at(booking: Booking) -> datetime:
    """The moment (UTC) until which the guest's token is valid: 30 days after the end of the booking.

    While the booking has not ended, the 30 days count from the start of the check-out date (hotel-local).
    """
    leaves_at = local_time.closes_at(booking.check_out, "00:00", booking.timezone)
    return (booking.ended_at or leaves_at) + TOKEN_OUTLIVES


def is_read_only(booking: Booking) -> bool:
    """Whether the guest may only read the booking, because the booking has ended."""
    return booking.status in ENDED


def admit(booking: Booking, caller: Caller, *, hotel: str, tokens: GuestTokens, now: datetime) -> None:
    """Admit a caller who may see this booking of this hotel. Refused `BOOKING_NOT_FOUND`, `INVALID_TOKEN`."""
    if caller.kind not in ("staff", "system"):
        admit_guest(booking, caller, tokens=tokens, now=now)
    if caller.kind == "staff" and caller.hotel != booking.hotel:
        raise not_found()
    if caller.kind != "system" and hotel != booking.hotel:
        raise not_found()


def admit_guest(booking: Booking, caller: Caller, *, tokens: GuestTokens, now: datetime) -> None:
    """Admit the booking's guest by token. Refused `INVALID_TOKEN`."""
    if not is_valid(booking, caller.guest_token, tokens=tokens, now=now):
        raise invalid_token()


def staff_only(caller: Caller) -> None:
    """Admit only staff and services. Refused `PERMISSION_DENIED`."""
    if caller.kind not in ("staff", "system"):
        raise Refusal("PERMISSION_DENIED", "Only the hotel's staff may do this.")


def require_own_hotel(hotel: str, caller: Caller) -> None:
    """Admit staff of this hotel, and services. Refused `PERMISSION_DENIED` (guest), `HOTEL_NOT_FOUND` (other staff)."""
    staff_only(caller)
    if caller.kind == "staff" and caller.hotel != hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")


def guest_only(caller: Caller) -> None:
    """Admit only guests. Refused `PERMISSION_DENIED`."""
    if caller.kind != "guest":
        raise Refusal("PERMISSION_DENIED", "Only the guest may do this.")


def system_only(caller: Caller) -> None:
    """Admit only services. Refused `PERMISSION_DENIED`."""
    if caller.kind != "system":
        raise Refusal("PERMISSION_DENIED", "Only mails are written from this.")


def require_live(booking: Booking, caller: Caller) -> None:
    """Admit staff, services, and the guest of a booking that has not ended. Refused `BOOKING_ENDED`.

    On an ended booking the guest's token reads the booking and its events, and nothing else.
    """
    if caller.kind == "guest" and is_read_only(booking):
        raise Refusal("BOOKING_ENDED", "This booking has ended: its token only lets you look.")


def invalid_token() -> Refusal:
    """The refusal `INVALID_TOKEN`: the token gives access to no booking."""
    return Refusal("INVALID_TOKEN", "This token opens nothing.")
