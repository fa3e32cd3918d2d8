"""Planted faults of payments: captures, voids, refunds, fees, the ledger, and money that nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import stripe

from contracts.bookings.approval import BookingConfirmed
from contracts.values import Money
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import creation, effects, evolution
from services.payments.cards import CallFailed, UnknownObject
from services.payments.domain import decide, next_action
from services.payments.domain import movements as ledger_rows
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.next_action import ProviderAction, Void
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ChargeSnapshot, RefundSnapshot
from services.payments.handlers import booking_events
from services.payments.steps import sync, webhook_application
from services.payments.steps.reconciliation import provider_lists
from services.payments.stripe_gateway import errors
from services.payments.stripe_gateway.cards import StripeCards
from services.rooms.domain import offers
from tests.simulation.actors import deciding
from tests.simulation.actors.in_house import wait
from tests.simulation.actors.paying import pay
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

TURNS_TO_READ = 15  # of other tasks, while a sync has read and not decided yet
# Bookings of stays that are near, or far away, paid by cards that give no trouble.
LATE: Mapping[str, tuple[Any, ...]] = {"days ahead": (0,), "card": (SUCCESS.number,)}
EARLY: Mapping[str, tuple[Any, ...]] = {"days ahead": (4, 7, 12), "card": (SUCCESS.number,)}
# Guests pay and wait; the desk approves their bookings, and calls many of them off.
CALLED_OFF: Mapping[str, tuple[Any, ...]] = {"step": (pay, wait), "duty": (deciding.decide, deciding.cancel)}
CALLED_OFF_LATE, CALLED_OFF_EARLY = {**CALLED_OFF, **LATE}, {**CALLED_OFF, **EARLY}


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


@planted("I8", choices=CALLED_OFF_LATE, favours=("decide", "cancel"), odds={"waives the fee": 0.0}, kind_of_run="money")
def the_fee_is_given_back(product: Replacements) -> None:
    """The refund of a cancelled booking is the whole captured amount."""

    def without_fee(_: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        return 0 if inputs.desired.ended else charge.captured

    product.replace(next_action, "_amount_due", without_fee)


@planted("I8", choices=CALLED_OFF_LATE, favours=("decide", "cancel"), odds={"waives the fee": 0.0}, kind_of_run="money")
def the_refund_is_the_fee(product: Replacements) -> None:
    """The refund is computed from the wrong amount: it returns the fee and keeps the rest."""
    due = next_action._amount_due

    def reversed_amounts(payment: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        kept_by_the_hotel = due(payment, inputs, charge)
        return charge.captured - kept_by_the_hotel if inputs.desired.ended else kept_by_the_hotel

    product.replace(next_action, "_amount_due", reversed_amounts)


@planted(
    "I15",
    "I8",
    choices=CALLED_OFF_EARLY,
    favours=("decide", "cancel"),
    kind_of_run="money",
    steps=1500,
    provider=0.2,
)
def refunds_have_no_key(product: Replacements) -> None:
    """A call to the provider has a new idempotency key each time, and a refund is not found by its metadata."""
    perform, refunds = StripeCards.perform, StripeCards.refunds
    made: set[str] = set()

    def unkeyed(self: StripeCards, request: str, *, key: str) -> str:
        object_id = perform(self, request, key=f"{key}:{uuid4()}")
        made.add(object_id)
        return object_id

    def of_known_answers(self: StripeCards, intent_id: str) -> tuple[RefundSnapshot, ...]:
        return tuple(refund for refund in refunds(self, intent_id) if refund.id in made)

    product.replace(StripeCards, "perform", unkeyed)
    product.replace(StripeCards, "refunds", of_known_answers)


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
    "I8",
    "I9",
    choices={**CALLED_OFF_LATE, "nights": (2,)},
    favours=("decide", "cancel"),
    odds={"waives the fee": 0.0},
    kind_of_run="money",
    steps=1500,
    provider=0.2,
    webhooks=0.4,
)
def stale_snapshots_are_recorded(product: Replacements) -> None:
    """A sync decides by what it read a while ago, although the payment and its calls have changed meanwhile."""
    next_call, take_snapshot = sync._next_call, sync.take_snapshot

    def slowly(*about: Any) -> Any:
        snapshot = take_snapshot(*about)
        for _ in range(TURNS_TO_READ):
            product.turn()
        return snapshot

    def by_the_present_calls(payment: Any, action: Any, _: Any, work: Any) -> Any:
        return next_call(payment, action, work.provider_calls.latest(payment), work)

    product.replace(sync, "_is_stale", lambda *_: False)
    product.replace(sync, "_next_call", by_the_present_calls)
    product.replace(sync, "take_snapshot", slowly)


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


@planted("Right 1", choices=CALLED_OFF_EARLY, favours=("decide", "cancel"), kind_of_run="money")
def a_price_of_zero_is_no_price(product: Replacements) -> None:
    """An amount of zero is false, and a fee of zero is no fee: the hotel keeps what it has captured."""
    product.replace(Money, "__bool__", lambda self: bool(self.amount))

    def of_a_fee(self: DesiredState, payment: Payment, at_most: int) -> int:
        fee: Any = self.fee
        return min(fee.amount, at_most) if fee else at_most

    product.replace(DesiredState, "fee_of", of_a_fee)


@planted(
    "Right 2",
    favours=("set_rates", "change_room_types"),
    actors=("manager", "guests-2"),
    choices={"price": ("0.00",), "days ahead": (0, 1, 2)},
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
    favours=("pay", "pay_beside"),
    actors=("provider",),
    choices={"pause of the provider": (20.0,)},
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
