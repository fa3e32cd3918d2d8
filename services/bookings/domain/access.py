"""Access to a booking for staff of its hotel, for its guest by token, and for other services."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.values import Actor, Caller
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking, Guest
from services.bookings.lifecycle import ENDED

TOKEN_OUTLIVES = timedelta(days=30)


def derived_token(key: str, booking_id: str, generation: int) -> str:
    """The guest's token, derived from `key`, booking id and generation. The token itself is never stored."""
    digest = hmac.new(key.encode(), f"guest-token/{booking_id}/{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hashed(secret: str) -> str:
    """The hash of a token or code. Only this hash is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def not_found() -> Refusal:
    """The refusal `BOOKING_NOT_FOUND`: the booking is unknown, or the caller may not see the booking."""
    return Refusal("BOOKING_NOT_FOUND", "Booking not found")


def revoke(booking: Booking, *, key: str, by: Actor, now: datetime) -> tuple[GuestTokenRevoked, Guest]:
    """Return the event that revokes the guest's token, and the guest with the hash of the next token."""
    generation = booking.guest.token_generation + 1
    token_hash = hashed(derived_token(key, booking.id, generation))
    event = GuestTokenRevoked(**booking.about, generation=generation, revoked_at=now, revoked_by=by)
    return event, replace(booking.guest, token_hash=token_hash, token_generation=generation)


def opens(booking: Booking, token: str | None) -> bool:
    """Whether the token belongs to the booking's guest."""
    return bool(token) and hmac.compare_digest(hashed(token or ""), booking.guest.token_hash)


def is_valid(booking: Booking, token: str | None, *, now: datetime) -> bool:
    """Whether the token belongs to the booking's guest, and has not expired."""
    return opens(booking, token) and now < token_ends_at(booking)


def token_ends_at(booking: Booking) -> datetime:
    """The moment (UTC) until which the guest's token is valid: 30 days after the end of the booking.

    While the booking has not ended, the 30 days count from the start of the check-out date (hotel-local).
    """
    leaves_at = local_time.closes_at(booking.check_out, "00:00", booking.timezone)
    return (booking.ended_at or leaves_at) + TOKEN_OUTLIVES


def is_read_only(booking: Booking) -> bool:
    """Whether the guest may only read the booking, because the booking has ended."""
    return booking.status in ENDED


def admit(booking: Booking, caller: Caller, *, hotel: str, now: datetime) -> None:
    """Admit a caller who may see this booking of this hotel. Refused `BOOKING_NOT_FOUND`, `INVALID_TOKEN`."""
    if caller.kind not in ("staff", "system"):
        admit_guest(booking, caller, now=now)
    if caller.kind == "staff" and caller.hotel != booking.hotel:
        raise not_found()
    if caller.kind != "system" and hotel != booking.hotel:
        raise not_found()


def admit_guest(booking: Booking, caller: Caller, *, now: datetime) -> None:
    """Admit the booking's guest by token. Refused `INVALID_TOKEN`."""
    if not is_valid(booking, caller.guest_token, now=now):
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
