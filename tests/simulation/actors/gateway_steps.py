"""What the gateway does for one request with several asks: it closes the payment page before a stay changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from chassis.refusal import Refusal
from contracts.bookings.stay_changes import ChangeBooking
from contracts.message import Ask
from contracts.payments.checkout_sessions import ClosePaymentPage
from contracts.values import Context
from tests.simulation.actors.actor_world import ActorWorld

Reply = TypeVar("Reply")


def carried_out(world: ActorWorld, message: Ask[Reply], context: Context, *, key: str, service: str) -> Reply:
    """The answer to a request, as `gateway.api.bookings.change_routes` carries one out. Raises as `ActorWorld.ask`."""
    try:
        return world.ask(message, context, key=key, service=service)
    except Refusal as refusal:
        if refusal.code != "PAYMENT_PAGE_OPEN" or not isinstance(message, ChangeBooking):
            raise
    page = ClosePaymentPage(hotel=message.hotel, booking_id=message.booking_id)
    if world.ask(page, context, key=key).paid:
        raise Refusal("PAYMENT_UNDER_WAY", "The guest has just paid for this booking.")
    changed: Any = replace(message, page_closed=True)
    reply: Reply = world.ask(changed, context, key=key)
    return reply
