"""Planted faults of payments: captures, voids, refunds, fees, the ledger, and money that nobody asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import stripe

from contracts.values import Money
from services.bookings.domain import creation, payment_events
from services.payments.cards import CallFailed
from services.payments.domain import decide, next_action
from services.payments.domain import movements as ledger_rows
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.next_action import ProviderAction, Void
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ChargeSnapshot, RefundSnapshot
from services.payments.handlers import booking_events
from services.payments.steps import sync, webhook_application
from services.payments.steps.reconciliation import provider_lists
from services.payments.stripe_gateway import calls, errors
from services.payments.stripe_gateway.cards import StripeCards
from services.rooms.domain import offers
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I7")
def everything_is_captured(product: Replacements) -> None:
    """A payment is captured without an approval."""
    product.replace(DesiredState, "approves", lambda self, _: not self.ended)


@planted("I7", "I8")
def late_money_is_kept(product: Replacements) -> None:
    """The end of a booking does not end its payment."""
    product.replace(booking_events, "_end", lambda *_: None)


@planted("I8")
def nothing_is_voided(product: Replacements) -> None:
    """An authorisation that nobody needs is never released."""
    choose = next_action.next_action

    def without_voids(payment: Payment, inputs: DecisionInputs) -> ProviderAction | None:
        action = choose(payment, inputs)
        return None if isinstance(action, Void) else action

    product.replace(decide, "next_action", without_voids)


@planted("I8")
def the_fee_is_given_back(product: Replacements) -> None:
    """The refund of a cancelled booking is the whole captured amount."""

    def without_fee(_: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        return 0 if inputs.desired.ended else charge.captured

    product.replace(next_action, "_amount_due", without_fee)


@planted("I8")
def the_refund_is_the_fee(product: Replacements) -> None:
    """The refund is computed from the wrong amount: it returns the fee and keeps the rest."""
    due = next_action._amount_due

    def reversed_amounts(payment: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        fee = due(payment, inputs, charge)
        return charge.captured - fee if 0 < fee < charge.captured else fee

    product.replace(next_action, "_amount_due", reversed_amounts)


@planted("I15", "I8")
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


@planted("I9", "I10")
def the_ledger_voids_what_is_captured(product: Replacements) -> None:
    """A capture of a part books the release of the whole."""
    movements = ledger_rows.movements

    def of_the_whole(snapshot: Any) -> tuple[Any, ...]:
        rows = movements(snapshot)
        whole = next((row.amount for row in rows if row.kind == "authorise"), None)
        return tuple(replace(row, amount=whole) if row.kind == "void" and whole else row for row in rows)

    product.replace(decide, "movements", of_the_whole)


@planted("I10")
def the_ledger_forgets_what_is_let_go(product: Replacements) -> None:
    """A released authorisation has no row in the ledger."""
    movements = ledger_rows.movements
    product.replace(
        decide, "movements", lambda snapshot: tuple(row for row in movements(snapshot) if row.kind != "void")
    )


@planted("I10")
def stale_snapshots_are_recorded(product: Replacements) -> None:
    """A sync records what it read, although the payment has changed meanwhile."""
    product.replace(sync, "_is_stale", lambda *_: False)


@planted("Right testers")
def a_fee_that_no_card_paid_is_forgotten(product: Replacements) -> None:
    """A fee whose authorisation was released is owed by nobody."""
    product.replace(payment_events, "released", lambda *_, **__: ())
    product.replace(payment_events, "fee_captured", lambda *_: ())


@planted("Right 1")
def a_price_of_zero_is_no_price(product: Replacements) -> None:
    """An amount of zero is false, and a fee of zero is no fee: the hotel keeps what it has captured."""
    product.replace(Money, "__bool__", lambda self: bool(self.amount))

    def of_a_fee(self: DesiredState, payment: Payment, at_most: int) -> int:
        if not self.fee or self.fee.currency != payment.amount.currency:
            return at_most
        return min(self.fee.amount, at_most)

    product.replace(DesiredState, "fee_of", of_a_fee)


@planted("Right 2")
def totals_that_no_card_can_take_are_held(product: Replacements) -> None:
    """A booking whose total is zero, or too small for a card, waits for a payment that nobody can make."""
    product.replace(offers, "check_total", lambda *_: None)
    product.replace(creation, "check_total", lambda *_: None)
    product.replace(creation, "without_payment", lambda *_, **__: ())


@planted("Right 3", "I7")
def unrequested_money_is_kept(product: Replacements) -> None:
    """Money under a booking's ids that no decision of ours asked for stays at the provider, and nobody is informed."""
    product.replace(webhook_application, "payment_of_intent", lambda _, key, __: key)
    product.replace(provider_lists, "is_unrequested", lambda *_: False)


@planted("Right 19")
def a_failing_read_is_an_error(product: Replacements) -> None:
    """Stripe's 500 on a read is an error of the request, where a cut connection is not."""
    on_read = errors.read_error

    def failed(error: stripe.StripeError) -> Exception:
        if errors.failure_of(error) is errors.Failure.FAILED:
            return CallFailed("the provider answered 500")
        return on_read(error)

    product.replace(errors, "read_error", failed)


@planted("Right 19")
def a_session_that_is_gone_is_expired_for_ever(product: Replacements) -> None:
    """To expire a session that Stripe does not have any more is tried again for a month."""

    def sent(client: stripe.StripeClient, request: str, *, key: str) -> str:
        stored = json.loads(request)
        return str(calls.CALLS[stored["call"]](client, stored["about"], stored["params"], {"idempotency_key": key}).id)

    product.replace(calls, "send", sent)
