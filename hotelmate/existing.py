"""The hotels and bookings that a command's arguments name: a name that nothing has ends the command at the start."""

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal
from chassis.text import isolated
from contracts.bookings.queries import GetBooking
from contracts.rooms.hotels import ListHotels
from hotelmate.errors import CommandError

DEADLINE = 5.0  # seconds


def check_named(client: AskClient, *, hotel: str | None = None, booking: str | None = None) -> None:
    """Check that the hotel and the booking exist, and that the booking is one of the hotel's.

    None and an empty text name nothing. Raises `CommandError`, and `Unavailable` where a service does not answer.
    """
    if hotel:
        check_hotel(client, hotel)
    if booking:
        own = hotel_of(client, booking)
        if hotel and hotel != own:
            raise CommandError(f"{isolated(booking)} is no booking of {isolated(hotel)}.")


def check_hotel(client: AskClient, slug: str) -> None:
    """Check that there is a hotel with this slug. Raises `CommandError`, which names the hotels that there are."""
    slugs = sorted(page.card.slug for page in client(ListHotels(), deadline=DEADLINE).hotels)
    if slug not in slugs:
        raise CommandError(f"There is no hotel {isolated(slug)}.", details=[f"there are: {', '.join(slugs) or 'none'}"])


def hotel_of(client: AskClient, booking_id: str) -> str:
    """The hotel of a booking. Raises `CommandError` where there is no such booking."""
    try:
        return client(GetBooking(hotel="", booking_id=booking_id), deadline=DEADLINE).hotel
    except Refusal as refusal:
        if refusal.code != "BOOKING_NOT_FOUND":
            raise
        raise CommandError(f"There is no booking {isolated(booking_id)}.") from refusal
