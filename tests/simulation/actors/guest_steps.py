"""The steps of guests beside payment: cancel, chat, order, register a phone, look a booking up, use a mailed link."""

from __future__ import annotations

from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.chat import GetChat, ReadChat, SendChatMessage
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.lookups import LookUpBookings
from contracts.bookings.orders import CancelOrder, ListOrders, OrderStatus, PlaceOrder, WantedItem
from contracts.bookings.queries import GetFeed
from contracts.values import Context
from tests.simulation.actors.guests import Trip


def submit(trip: Trip) -> None:
    """Submit the draft."""
    trip.client.command(SubmitBooking(**trip.about))


def cancel(trip: Trip) -> None:
    """Cancel the booking."""
    trip.client.command(CancelBooking(**trip.about, reason="Plans changed."))


def wait(trip: Trip) -> None:
    """Read the booking's feed, and do nothing else."""
    trip.client.read(GetFeed(**trip.about))


def chat(trip: Trip) -> None:
    """Read the hotel's messages, and write one."""
    trip.client.read(GetChat(**trip.about))
    trip.client.command(ReadChat(**trip.about))
    trip.client.command(SendChatMessage(**trip.about, text="When is breakfast?"))


def order(trip: Trip) -> None:
    """Order from the menu, and seldom call an order off."""
    item = trip.client.one_of("item", GetOwnMenu(**trip.about), lambda menu: menu.items)
    if item is None:
        return
    quantity = trip.world.choices.pick("quantity", (1, 1, 2, 50))
    trip.client.command(PlaceOrder(**trip.about, items=(WantedItem(item_id=item.id, quantity=quantity),)))
    if trip.world.choices.chance("calls the order off", 0.15):
        orders = trip.client.rows(ListOrders(**trip.about), lambda reply: reply.results)
        for each in [each for each in orders if each.status is not OrderStatus.COMPLETED][:1]:
            trip.client.command(CancelOrder(**trip.about, order_id=each.id))


def register_phone(trip: Trip) -> None:
    """Register the phone for pushes, or end its registration."""
    token = None if trip.world.choices.chance("no more pushes", 0.3) else f"fcm-{trip.client.name}"
    trip.client.command(RegisterPushToken(**trip.about, push_token=token))


def look_up(trip: Trip) -> None:
    """Look the booking up by e-mail address or number, without the token."""
    public = trip.client.acting_as(Context())
    booking = trip.look()
    number = booking.confirmation_number if booking else "KIL-UNKNOWN"
    email = f"{trip.client.name}@example.com"
    fields = trip.world.choices.pick("looks up by", ({"email": email}, {"confirmation_number": number}, {}))
    public.read(LookUpBookings(**fields))


def use_a_mailed_link(trip: Trip) -> None:
    """Come back with the link of the newest mail, sometimes a second time."""
    trip.exchange_code()
    if trip.world.choices.chance("uses the link again", 0.3):
        trip.exchange_code()
