"""Actions at the payment provider that the product has not asked for: disputes, and steps on its dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import urlencode

import stripe as library

from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.errors import ApiError
from sandbox.stripe.store import EventCause, Json
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import weighted


def provider(world: ActorWorld) -> None:
    """The bank opens and closes disputes; an employee of the hotel uses the dashboard."""
    while True:
        world.sleep(world.choices.pick("pause of the provider", (120.0, 2.0, 20.0, 900.0)))
        weighted(world, "step of the provider", STEPS)(world)


def dispute(world: ActorWorld) -> None:
    """A payer disputes a captured charge."""
    store = world.stripe.state.store
    charge = _one_of(world, "charge", store.charges, lambda each: each["captured"] and not each["disputed"])
    if charge:
        kind: Literal["inquiry", "chargeback"] = "inquiry" if world.choices.chance("inquiry", 0.5) else "chargeback"
        open_dispute(store, charge, kind=kind, cause=EventCause())


def decide_dispute(world: ActorWorld) -> None:
    """The bank decides on a dispute."""
    store = world.stripe.state.store
    disputed = _one_of(world, "dispute", store.disputes, lambda each: each["status"].endswith("needs_response"))
    if disputed:
        close_dispute(store, disputed, "won" if world.choices.chance("won", 0.5) else "lost", cause=EventCause())


def refund(world: ActorWorld) -> None:
    """An employee refunds a charge on the dashboard, in part or in full."""
    charge = _one_of(world, "charge", world.stripe.state.store.charges, lambda each: each["captured"])
    if charge:
        amount = {"amount": 100} if world.choices.chance("in part", 0.7) else {}
        _on_the_dashboard(world, "/v1/refunds", charge=charge["id"], **amount)


def capture(world: ActorWorld) -> None:
    """An employee captures an authorisation on the dashboard, in part or in full."""
    if intent := _authorised_intent(world):
        amount = {"amount_to_capture": intent["amount"] // 2} if world.choices.chance("in part", 0.3) else {}
        _on_the_dashboard(world, f"/v1/payment_intents/{intent['id']}/capture", **amount)


def cancel_authorisation(world: ActorWorld) -> None:
    """An employee cancels an authorisation on the dashboard."""
    if intent := _authorised_intent(world):
        _on_the_dashboard(world, f"/v1/payment_intents/{intent['id']}/cancel")


def pay_outside_checkout(world: ActorWorld) -> None:
    """A payment with a booking's ids is made without its payment page."""
    session = _one_of(world, "session", world.stripe.state.store.sessions, lambda each: bool(each["metadata"]))
    if session:
        metadata = {f"metadata[{name}]": value for name, value in session["metadata"].items()}
        method = world.choices.pick("capture method", ("manual", "automatic"))
        payment = {"amount": session["amount_total"], "currency": session["currency"], "capture_method": method}
        how = {"confirm": "true", "payment_method": "pm_card_visa"}
        _on_the_dashboard(world, "/v1/payment_intents", **payment, **how, **metadata)


def _authorised_intent(world: ActorWorld) -> Json | None:
    return _one_of(world, "intent", world.stripe.state.store.intents, lambda each: each["status"] == "requires_capture")


def _one_of(world: ActorWorld, name: str, objects: dict[str, Json], fits: Callable[[Json], bool]) -> Json | None:
    fitting = [each for each in objects.values() if fits(each)]
    return world.choices.pick(name, fitting) if fitting else None


def _on_the_dashboard(world: ActorWorld, path: str, **params: object) -> None:
    """A request of the dashboard: it has no Idempotency-Key, and the stand-in may refuse it."""
    key = world.stripe.state.config.api_key
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        world.stripe.request("POST", f"http://stripe.invalid{path}", headers, urlencode(params))
    except (ApiError, library.StripeError):
        return


STEPS: Mapping[Callable[[ActorWorld], None], int] = {
    dispute: 3,
    decide_dispute: 2,
    refund: 2,
    capture: 1,
    cancel_authorisation: 1,
    pay_outside_checkout: 2,
}
