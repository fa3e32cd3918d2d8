"""Planted faults of refunds and fees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from contracts.values import Money
from services.payments.cards import CallAnswer
from services.payments.domain import decide, next_action
from services.payments.domain import movements as ledger_rows
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ChargeSnapshot, RefundSnapshot
from services.payments.stripe_gateway import snapshots
from services.payments.stripe_gateway.api import Json
from services.payments.stripe_gateway.cards import StripeCards
from tests.simulation.actors import decisions
from tests.simulation.actors.guest_profiles import REFUND_FAILS_LATER
from tests.simulation.actors.guest_steps import cancel, wait
from tests.simulation.actors.paying import pay
from tests.simulation.planted.fault import planted
from tests.simulation.planted.money import EARLY
from tests.simulation.planted.replacing import Replacements

# The desk approves at once, and guests who have paid call their bookings off: those of today, or of a later day.
CALLED_OFF: Mapping[str, tuple[Any, ...]] = {"step": (pay, wait, cancel), "duty": (decisions.decide,)}
CALLED_OFF_LATE = {**CALLED_OFF, **EARLY, "days ahead": (0,)}
CALLED_OFF_EARLY = {**CALLED_OFF, **EARLY}


@planted("I8", choices=CALLED_OFF_LATE, kind_of_run="money")
def the_fee_is_given_back(product: Replacements) -> None:
    """The refund of a cancelled booking is the whole captured amount."""

    def without_fee(_: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        return 0 if inputs.desired.ended else charge.captured

    product.replace(next_action, "_amount_due", without_fee)


@planted("I8", choices=CALLED_OFF_LATE, kind_of_run="money")
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
    kind_of_run="money",
    steps=1500,
    provider=0.2,
)
def refunds_have_no_key(product: Replacements) -> None:
    """A call to the provider has a new idempotency key each time, and a refund is not found by its metadata."""
    perform, refunds = StripeCards.perform, snapshots.refunds
    made: set[str] = set()

    def unkeyed(self: StripeCards, request: str, *, key: str) -> CallAnswer:
        answer = perform(self, request, key=f"{key}:{uuid4()}")
        made.add(answer.object_id)
        return answer

    def of_known_answers(newest_first: Iterable[Json]) -> tuple[RefundSnapshot, ...]:
        return tuple(refund for refund in refunds(newest_first) if refund.id in made)

    product.replace(StripeCards, "perform", unkeyed)
    product.replace(snapshots, "refunds", of_known_answers)


@planted(
    "I10",
    choices={**CALLED_OFF_EARLY, "card": (REFUND_FAILS_LATER,)},
    kind_of_run="money",
)
def failed_refunds_are_not_booked(product: Replacements) -> None:
    """The money of a refund that failed later comes back, and the ledger does not say so."""
    movements = ledger_rows.movements
    product.replace(
        decide, "movements", lambda snapshot: tuple(row for row in movements(snapshot) if row.kind != "refund_failed")
    )


@planted("Right 1", choices=CALLED_OFF_EARLY, kind_of_run="money")
def a_price_of_zero_is_no_price(product: Replacements) -> None:
    """An amount of zero is false, and a fee of zero is no fee: the hotel keeps what it has captured."""
    product.replace(Money, "__bool__", lambda self: bool(self.amount))

    def of_a_fee(self: DesiredState, payment: Payment, at_most: int) -> int:
        fee: Any = self.fee
        return min(fee.amount, at_most) if fee else at_most

    product.replace(DesiredState, "fee_of", of_a_fee)
