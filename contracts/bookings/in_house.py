"""What a guest in house may do from the room: look into the menu, and have the house reach the phone."""

from dataclasses import dataclass

from contracts.bookings.asks import BookingCommand
from contracts.message import Query
from contracts.rooms.menu import Menu


@dataclass(frozen=True, kw_only=True)
class RegisterPushToken(BookingCommand):
    """Keep the (FCM) token of the guest's phone for the stay; None forgets it. Refused `NOT_IN_HOUSE`.

    A secret: no event, log or answer carries it, and whatever ends the stay clears it.
    """

    push_token: str | None


@dataclass(frozen=True, kw_only=True)
class GetOwnMenu(Query[Menu]):
    """What a guest in house may order. Refused `NOT_IN_HOUSE`."""

    hotel: str
    booking_id: str
