"""What the gateway does for one request with several asks: before and after a stay changes, pages close and open.

`gateway.api.bookings.change_routes` has the routes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar, cast

from chassis.refusal import Refusal
from contracts.bookings.stay_changes import ChangeBooking
from contracts.bookings.views import BookingDetail
from contracts.message import Ask
from contracts.payments.checkout_sessions import ClosePaymentPage, OpenPaymentSession
from contracts.values import Context
from tests.simulation.actors.actor_world import ActorWorld

Reply = TypeVar("Reply")


def carried_out(world: ActorWorld, message: Ask[Reply], context: Context, *, key: str, service: str) -> Reply:
    """The answer to a request, as the gateway carries one out. Raises as `ActorWorld.ask`."""
    if isinstance(message, ChangeBooking):
        return cast("Reply", _change(world, message, context, key=key))
    return world.ask(message, context, key=key, service=service)


def _change(world: ActorWorld, request: ChangeBooking, context: Context, *, key: str) -> BookingDetail:
    """The changed booking; one whose change is paid first has its page open."""
    changed = _changed(world, replace(request, pays_first=True), context, key=key)
    if changed.pending_change:
        world.ask(OpenPaymentSession(hotel=request.hotel, booking_id=request.booking_id), context, key=key)
    return changed


def _changed(world: ActorWorld, command: ChangeBooking, context: Context, *, key: str) -> BookingDetail:
    try:
        return world.ask(command, context, key=key)
    except Refusal as refusal:
        if refusal.code != "PAYMENT_PAGE_OPEN":
            raise
    page = ClosePaymentPage(hotel=command.hotel, booking_id=command.booking_id)
    if world.ask(page, context, key=key).paid:
        raise Refusal("PAYMENT_UNDER_WAY", "The guest has just paid for this booking.")
    return world.ask(replace(command, page_closed=True), context, key=key)
