"""Guest services: the menu and the push token of a guest in house."""

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.message import Query
from contracts.rooms.menu import Menu


class RegisterPushToken(BookingCommand):
    """Store the FCM push token of the guest's phone; a token that is None deletes the stored token.

    Refused `NOT_IN_HOUSE`. The token is a secret: no event, log or reply carries the token. The end of the stay deletes
    the token.
    """

    push_token: str | None


class GetOwnMenu(BookingAsk, Query[Menu]):
    """Return the menu items that a guest in house can order. Refused `NOT_IN_HOUSE`."""
