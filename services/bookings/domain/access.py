"""Who may see and touch a booking: its hotel's staff, its guest by token, and our own services."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings import GuestTokenRevoked
from contracts.values import Actor, Caller
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking, Guest
from services.bookings.lifecycle import ENDED

TOKEN_OUTLIVES = timedelta(days=30)


def derived_token(key: str, booking_id: str, generation: int) -> str:
    """The guest's token: always the same for this key, booking and generation, so it need not be stored."""
    digest = hmac.new(key.encode(), f"guest-token/{booking_id}/{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hashed(secret: str) -> str:
    """What is stored of a token or code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def not_found() -> Refusal:
    """What everyone is told of a booking that is not theirs."""
    return Refusal("BOOKING_NOT_FOUND", "Booking not found")


def revoked(booking: Booking, *, key: str, by: Actor, now: datetime) -> tuple[GuestTokenRevoked, Guest]:
    """The fact that the token opens nothing any more, and the guest with the hash of the next one."""
    generation = booking.guest.token_generation + 1
    token_hash = hashed(derived_token(key, booking.id, generation))
    fact = GuestTokenRevoked(
        booking_id=booking.id, hotel=booking.hotel, generation=generation, revoked_at=now, revoked_by=by
    )
    return fact, replace(booking.guest, token_hash=token_hash, token_generation=generation)


def opens(booking: Booking, token: str | None) -> bool:
    """Whether this token is the booking's."""
    return bool(token) and hmac.compare_digest(hashed(token or ""), booking.guest.token_hash)


def token_ends_at(booking: Booking) -> datetime:
    """Thirty days after check-out, or after the end of a booking that has ended."""
    leaves = local_time.closes_at(booking.check_out, "00:00", booking.timezone)
    return (booking.ended_at or leaves) + TOKEN_OUTLIVES


def is_read_only(booking: Booking) -> bool:
    """Whether the guest may still look, but no longer change anything."""
    return booking.status in ENDED


def admit(booking: Booking, caller: Caller, *, hotel: str, now: datetime) -> None:
    """Let in whoever may see this booking under this hotel's name.

    Refused `BOOKING_NOT_FOUND` and, for a token that does not open it, `INVALID_TOKEN`.
    """
    if caller.kind not in ("staff", "system"):
        admit_guest(booking, caller, now=now)
    if caller.kind == "staff" and caller.hotel != booking.hotel:
        raise not_found()
    if caller.kind != "system" and hotel != booking.hotel:
        raise not_found()


def admit_guest(booking: Booking, caller: Caller, *, now: datetime) -> None:
    """Let the guest in by token. Refused `INVALID_TOKEN`."""
    if not opens(booking, caller.guest_token) or now >= token_ends_at(booking):
        raise invalid_token()


def staff_only(caller: Caller) -> None:
    """Keep guests from what staff do. Refused `PERMISSION_DENIED`."""
    if caller.kind not in ("staff", "system"):
        raise Refusal("PERMISSION_DENIED", "Only the hotel's staff may do this.")


def guest_only(caller: Caller) -> None:
    """Keep staff from what is the guest's own. Refused `PERMISSION_DENIED`."""
    if caller.kind != "guest":
        raise Refusal("PERMISSION_DENIED", "Only the guest may do this.")


def system_only(caller: Caller) -> None:
    """Keep everyone but our own services out. Refused `PERMISSION_DENIED`."""
    if caller.kind != "system":
        raise Refusal("PERMISSION_DENIED", "Only mails are written from this.")


def may_change(booking: Booking, caller: Caller) -> None:
    """A guest whose booking has ended may still look. Refused `READ_ONLY_TOKEN`."""
    if caller.kind == "guest" and is_read_only(booking):
        raise Refusal("READ_ONLY_TOKEN", "This booking has ended: its token only lets you look.")


def invalid_token() -> Refusal:
    """What a token that opens nothing is answered."""
    return Refusal("INVALID_TOKEN", "This token opens nothing.")
