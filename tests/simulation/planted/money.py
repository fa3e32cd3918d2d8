"""Planted faults of payments: captures, voids, the ledger, and money that nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import stripe

from contracts.bookings.approval import BookingConfirmed
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import creation, effects, evolution
from services.payments.cards import CallFailed, UnknownObject
from services.payments.domain import decide, next_action
from services.payments.domain import movements as ledger_rows
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.next_action import ProviderAction, Void
from services.payments.domain.payment import Payment
from services.payments.handlers import booking_events
from services.payments.steps import webhook_application
from services.payments.steps.reconciliation import provider_lists
from services.payments.stripe_gateway import errors
from services.rooms.domain import offers
from tests.simulation.actors.prices import set_rates
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

# Bookings of stays that are far away, paid by a card that gives no trouble.
EARLY: Mapping[str, tuple[Any, ...]] = {"days ahead": (4, 7, 12), "card": (SUCCESS.number,)}


@planted("I7", favours=("pay",), kind_of_run="money")
def everything_is_captured(product: Replacements) -> None:
    """A payment is captured without an approval."""
    product.replace(DesiredState, "approves", lambda self, _: not self.ended)


@planted("I7", "I8", favours=("pay", "cancel"), kind_of_run="money")
def late_money_is_kept(product: Replacements) -> None:
    """The end of a booking does not end its payment."""
    product.replace(booking_events, "_end", lambda *_: None)


@planted("I8", favours=("pay", "cancel"), kind_of_run="money", choices=EARLY)
def nothing_is_voided(product: Replacements) -> None:
    """An authorisation that nobody needs is never released."""
    choose = next_action.next_action

    def without_voids(payment: Payment, inputs: DecisionInputs) -> ProviderAction | None:
        action = choose(payment, inputs)
        return None if isinstance(action, Void) else action

    product.replace(decide, "next_action", without_voids)


@planted("I9", "I10", favours=("pay", "decide"), kind_of_run="money")
def the_ledger_doubles_a_capture(product: Replacements) -> None:
    """A capture is booked with twice its amount."""
    movements = ledger_rows.movements

    def doubled(snapshot: Any) -> tuple[Any, ...]:
        return tuple(
            replace(row, amount=row.amount + row.amount) if row.kind == "capture" else row
            for row in movements(snapshot)
        )

    product.replace(decide, "movements", doubled)


@planted("I10", favours=("pay", "cancel"), kind_of_run="money", choices=EARLY)
def the_ledger_forgets_what_is_let_go(product: Replacements) -> None:
    """A released authorisation has no row in the ledger."""
    movements = ledger_rows.movements
    product.replace(
        decide, "movements", lambda snapshot: tuple(row for row in movements(snapshot) if row.kind != "void")
    )


@planted(
    "Right testers",
    favours=("pay", "capture"),
    actors=("provider",),
    odds={"in part": 1.0},
    choices={"pause": (20.0,), "pause of the provider": (2.0,)},
    kind_of_run="money",
)
def what_a_partial_capture_leaves_open_is_forgotten(product: Replacements) -> None:
    """The rest of a total of which staff captured a part at the provider is owed by nobody."""
    confirmed = effects.confirmed

    def paid_in_full(booking: Any, event: Any) -> dict[str, Any]:
        return confirmed(booking, event) | ({"balance_due": None} if event.paid_at else {})

    product.replace(evolution, "_EFFECTS", evolution._EFFECTS | {BookingConfirmed: paid_in_full})


@planted(
    "Right 2",
    actors=("manager", "guests-2"),
    choices={"duty": (set_rates,), "price": ("0.00",), "days ahead": (0, 1, 2)},
    kind_of_run="ordinary",
)
def totals_that_no_card_can_take_are_held(product: Replacements) -> None:
    """A booking whose total is zero, or too small for a card, waits for a payment that nobody can make."""
    product.replace(offers, "check_total", lambda *_: None)
    product.replace(creation, "check_total", lambda *_: None)
    product.replace(creation, "without_payment", lambda *_, **__: ())


@planted(
    "Right 3",
    "I7",
    favours=("pay", "pay_outside_checkout"),
    actors=("provider",),
    choices={"pause of the provider": (2.0,)},
    kind_of_run="money",
)
def unrequested_money_is_kept(product: Replacements) -> None:
    """Money under a booking's ids that no decision of ours asked for stays at the provider, and nobody is informed."""
    product.replace(webhook_application, "payment_of_intent", lambda _, key, __: key)
    product.replace(provider_lists, "is_unrequested", lambda *_: False)


@planted("Right 19", favours=("pay", "decide"), kind_of_run="money", provider=0.2)
def a_failing_read_is_an_error(product: Replacements) -> None:
    """A read that fails is an error of the request, where it says nothing."""
    on_read = errors.read_error

    def failed(error: stripe.StripeError) -> Exception:
        known = on_read(error)
        return known if isinstance(known, UnknownObject) else CallFailed(str(known))

    product.replace(errors, "read_error", failed)
