"""A guest who books one or two nights from today, and pays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.values import Caller, Context
from sandbox.stripe.errors import ApiError
from tests.simulation.hotel import HOTELS, ROOM_TYPES

if TYPE_CHECKING:
    from tests.simulation.world import World

PATIENCE = 6  # attempts


def guest(world: World) -> None:
    """Book, open a payment page, and pay; repeat under the same key what was not answered."""
    world.sleep(float(world.choices.number("the guest comes after", 40)))
    today = world.now().astimezone(ZoneInfo("Europe/Dublin")).date()
    hotel = world.choices.pick("hotel", HOTELS)
    command = CreateBooking(
        hotel=hotel,
        room_type=world.choices.pick("room type", ROOM_TYPES),
        check_in=today,
        check_out=today + timedelta(days=1 + world.choices.number("nights", 2)),
        adults=1,
        children=0,
        guest=GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="+353 1 5550100"),
    )
    created: CreatedBooking | None = None
    key = f"guest/{world.choices.number('key', 1_000_000)}"
    for _ in range(PATIENCE):
        try:
            created = world.ask(command, Context(), key=key)
            break
        except Unavailable:
            world.sleep(1.0)
        except Refusal as refusal:
            if refusal.code != "IDEMPOTENCY_IN_PROGRESS":
                return
            world.sleep(5.0)
    if created is None:
        return
    context = Context(caller=Caller(kind="guest", guest_token=created.guest_token))
    for _ in range(PATIENCE):
        try:
            session = world.ask(OpenPaymentSession(hotel=hotel, booking_id=created.booking.id), context)
            world.sleep(1.0 + world.choices.number("the guest thinks", 60))
            world.stripe.pay(session.session_id)
            return
        except (Unavailable, Refusal, ApiError):
            world.sleep(3.0)
