"""Guest access: the guest's token, and the one-time codes in mailed links that are exchanged for the token."""

from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import MailedEvent
from contracts.data import Data
from contracts.message import Command, Query
from contracts.values import Actor


class GuestAccess(Data):
    """The booking that a guest token or a mailed one-time code gives access to."""

    booking_id: str
    hotel: str
    guest_token: str | None = None
    read_only: bool = False


class AuthenticateGuest(Query[GuestAccess]):
    """Return the booking of the caller's guest token.

    Refused `INVALID_TOKEN` for an unknown token, and where `booking_id` is another booking.
    """

    booking_id: str | None = None


class GuestToken(Data):
    """A guest's token, and the booking that it is a token of."""

    hotel: str
    booking_id: str
    token: str


class EndedGuestTokens(Data):
    """The positions, from 0, of the tokens in the query that are not valid."""

    positions: tuple[int, ...]


class FindEndedGuestTokens(Query[EndedGuestTokens]):
    """Return which of these tokens are not valid: unknown, revoked or expired."""

    tokens: tuple[GuestToken, ...]


class ExchangeCode(Command[GuestAccess]):
    """Exchange a mailed one-time code for the guest token.

    Refused `INVALID_CODE` for an unknown, used or expired code.
    """

    code: str


class RevokeGuestToken(BookingCommand):
    """Revoke the guest's token and unused one-time codes; the next mail contains a new link."""


class GuestTokenRevoked(MailedEvent):
    """The guest's token was revoked. `generation` is the number of the guest's next token.

    `address_corrected` means that staff corrected the guest's e-mail address: a mail brings the new link.
    """

    generation: int
    revoked_at: datetime
    revoked_by: Actor
    address_corrected: bool = False
