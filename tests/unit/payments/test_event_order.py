"""Any number of syncs in any order ends in the same state with the same events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.decide import decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.next_action import Capture, Expire, IssueRefund, Void
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot, RefundSnapshot, SessionState
from tests.unit.payments.builders import (
    NOW,
    approved,
    at_provider,
    captured_intent,
    checkout,
    desired_state,
    ended,
    eur,
    intent,
    payment,
)

WEBHOOK_EVENTS = ("completed", "capturable", "succeeded", "refunded", "refund_updated")


@dataclass
class PaymentRun:
    """A provider that carries out every call, and a payment that syncs with the provider."""

    known: Payment
    snapshot: ProviderSnapshot
    desired: DesiredState
    published: list[str]

    @classmethod
    def paid(cls) -> "PaymentRun":
        return cls(
            known=payment(),
            snapshot=at_provider(session=checkout(), intent=intent()),
            desired=desired_state(),
            published=[],
        )

    def sync(self) -> None:
        """Sync until no call is due, and carry out each call."""
        for _ in range(5):
            decision = decide(self.known, self.desired, self.snapshot, now=NOW)
            self.known = decision.payment
            self.published += [type(event).__name__ for event in decision.events]
            if decision.next_action is None:
                return
            self._carry_out(decision.next_action)
        raise AssertionError("calls remain due for ever")

    def _carry_out(self, action: Capture | Void | Expire | IssueRefund) -> None:
        match action:
            case Capture():
                self.snapshot = replace(self.snapshot, intent=captured_intent(action.amount))
            case Void():
                self.snapshot = replace(self.snapshot, intent=intent(IntentState.RELEASED))
            case Expire():
                self.snapshot = replace(self.snapshot, session=checkout(SessionState.EXPIRED))
            case IssueRefund(refund=refund):
                succeeded = RefundSnapshot(
                    id="re_1", refund_id=refund.id, amount=refund.amount, status=RefundStatus.SUCCEEDED
                )
                self.snapshot = replace(self.snapshot, refunds=(*self.snapshot.refunds, succeeded))


def run_steps(steps: Sequence[str]) -> PaymentRun:
    """Run steps: `approve`, `decline` and `cancel` are events of bookings, every other step is a webhook event."""
    run = PaymentRun.paid()
    for step in steps:
        match step:
            case "approve":
                run.desired = approved()
            case "decline":
                run.desired = ended()
            case "cancel":
                run.desired = ended(fee=5000)
        run.sync()
    return run


@pytest.mark.parametrize("decision", ["approve", "decline", "cancel"])
def test_every_order_of_a_bookings_webhook_events_ends_in_the_same_state(decision: str) -> None:
    ends = {
        (run.known, tuple(run.published))
        for order in permutations(("completed", "capturable", decision, "canceled", "refunded"))
        for run in [run_steps(order)]
    }

    assert len(ends) == 1


@given(steps=st.lists(st.sampled_from(WEBHOOK_EVENTS), max_size=12), at=st.integers(0, 12))
def test_repeated_webhook_events_publish_no_event_twice(steps: list[str], at: int) -> None:
    once = run_steps(["completed", "approve", "cancel"])

    repeated = run_steps([*steps[:at], "approve", *steps[at:], "cancel", *steps])

    assert repeated.known == once.known
    assert repeated.published == once.published == ["PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"]


def test_a_payment_is_never_moved_by_both_an_approval_and_a_decline() -> None:
    approved_first, declined_first = run_steps(["approve", "completed"]), run_steps(["decline", "completed"])

    assert approved_first.known.captured == 15000
    assert declined_first.known.captured == 0
    assert declined_first.known.refunded_or_pending == 0
    assert eur(0).amount == declined_first.known.refunded
