"""A guest at the payment page: opens it, also twice, pays with any card, leaves, comes back too late."""

from __future__ import annotations

from contracts.payments.checkout_sessions import OpenPaymentSession, VerifyPayment
from sandbox.stripe.errors import ApiError
from tests.simulation.actors.client import weighted
from tests.simulation.actors.guests import Trip

FOREIGN_PAGE = "https://evil.example/"


def open_page(trip: Trip) -> None:
    """Open the payment page, seldom with a page to return to that is not the hotel's."""
    world = trip.world
    foreign = FOREIGN_PAGE if world.choices.chance("foreign page", 0.03) else None
    session = trip.client.command(OpenPaymentSession(**trip.about, success_url=foreign))
    if session and session.session_id and session.session_id not in trip.sessions:
        trip.sessions.append(session.session_id)


def pay(trip: Trip) -> None:
    """Open the page and pay, unless the guest leaves. A declined guest tries another card."""
    world = trip.world
    open_page(trip)
    if not trip.sessions or world.choices.chance("leaves the page", trip.profile.leaves):
        return
    if world.choices.chance("pays late", trip.profile.late):
        world.sleep(world.choices.pick("pays after", (300.0, 1000.0, 2000.0)))
    page = world.choices.pick("page", trip.sessions) if world.choices.chance("another tab", 0.1) else trip.sessions[-1]
    for _ in range(2):
        if _paid(trip, page):
            break
        world.sleep(5)
    if world.choices.chance("comes back", 0.6):
        verify(trip)


def verify(trip: Trip) -> None:
    """Return from the payment page; seldom with a session that is not the guest's."""
    if not trip.sessions:
        return
    session = "cs_test_foreign" if trip.world.choices.chance("foreign session", 0.05) else trip.sessions[-1]
    trip.client.read(VerifyPayment(**trip.about, session_id=session))


def _paid(trip: Trip, session: str) -> bool:
    try:
        trip.world.stripe.pay(session, weighted(trip.world, "card", trip.profile.cards))
    except ApiError:
        return False
    return True
