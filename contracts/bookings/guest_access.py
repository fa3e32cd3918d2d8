"""Guest access: the guest's token, and the one-time codes in mailed links."""

from dataclasses import dataclass
from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor


@dataclass(frozen=True, kw_only=True)
class GuestAccess:
    """The booking that a guest token or a mailed code opens."""

    booking_id: str
    hotel: str
    guest_token: str | None = None
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class AuthenticateGuest(Query[GuestAccess]):
    """The booking that the caller's guest token opens, where it is the named one. Refused `INVALID_TOKEN`."""

    booking_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExchangeCode(Command[GuestAccess]):
    """Exchange a mailed one-time code for the guest token. Refused `INVALID_CODE`."""

    code: str


@dataclass(frozen=True, kw_only=True)
class RevokeGuestToken(BookingCommand):
    """Revoke the guest's token and unused codes; the next mail brings a new link."""


@dataclass(frozen=True, kw_only=True)
class GuestTokenRevoked(BookingEvent):
    """The guest's token was revoked; the next token is of this generation."""

    generation: int
    revoked_at: datetime
    revoked_by: Actor
