"""Each fault planted here is one that the storm must find: what it could not find it does not guard against."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from chassis.jobs.runner import JobRunner
from chassis.transactions import job_queue
from chassis.transactions.tables import JOB
from contracts.payments.reconciliation import FindingKind
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import payment_events
from services.payments.domain import decide, next_action
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.movements import movements
from services.payments.domain.next_action import ProviderAction, Void
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ChargeSnapshot, RefundSnapshot
from services.payments.handlers import booking_events
from services.payments.store.webhooks import SqlWebhooks
from services.payments.stripe_gateway.cards import StripeCards
from tests.storm.payment_environment import FREE, SHARE, PaymentEnvironment
from tests.storm.payment_machine import PaymentMachine
from tests.storm.starting_states import StartingStates
from tests.storm.test_storm import at, storms

ENOUGH = 250


def nothing_is_voided(patch: pytest.MonkeyPatch) -> None:
    choose = next_action.next_action

    def without_voids(payment: Payment, inputs: DecisionInputs) -> ProviderAction | None:
        action = choose(payment, inputs)
        return None if isinstance(action, Void) else action

    patch.setattr(decide, "next_action", without_voids)


def the_fee_is_given_back(patch: pytest.MonkeyPatch) -> None:
    def without_fee(_: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
        return 0 if inputs.desired.ended else charge.captured

    patch.setattr(next_action, "_amount_due", without_fee)


def late_money_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(booking_events, "_end", lambda *_: None)


def everything_is_captured(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DesiredState, "approves", lambda self, _: not self.ended)


def notices_are_answered_and_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SqlWebhooks, "store", lambda *_: False)


def errands_are_done_before_they_are_run(patch: pytest.MonkeyPatch) -> None:
    claim = JobRunner.claim

    def at_most_once(self: JobRunner) -> list[Any]:
        due = claim(self)
        with self.unit_of_work.begin() as work:
            job_queue.mark(work.connection, due, done_at=JOB.c.created_at)
        return due

    patch.setattr(JobRunner, "claim", at_most_once)


def keys_and_names_of_refunds_are_dropped(patch: pytest.MonkeyPatch) -> None:
    perform, refunds = StripeCards.perform, StripeCards.refunds

    def unkeyed(self: StripeCards, request: str, *, key: str) -> str:
        return perform(self, request, key=f"{key}:{uuid4()}")

    def unseen(self: StripeCards, intent_id: str) -> tuple[RefundSnapshot, ...]:
        return tuple(refund for refund in refunds(self, intent_id) if refund.id in made)

    made: set[str] = set()

    def noted(self: StripeCards, request: str, *, key: str) -> str:
        done = unkeyed(self, request, key=key)
        made.add(done)
        return done

    patch.setattr(StripeCards, "perform", noted)
    patch.setattr(StripeCards, "refunds", unseen)


def a_fee_that_no_card_paid_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payment_events, "released", lambda *_, **__: ())


def the_ledger_forgets_what_is_let_go(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        decide, "movements", lambda snapshot: tuple(each for each in movements(snapshot) if each.kind != "void")
    )


PLANTS: list[Callable[[pytest.MonkeyPatch], None]] = [
    nothing_is_voided,
    the_fee_is_given_back,
    late_money_is_kept,
    everything_is_captured,
    notices_are_answered_and_forgotten,
    errands_are_done_before_they_are_run,
    keys_and_names_of_refunds_are_dropped,
    the_ledger_forgets_what_is_let_go,
    a_fee_that_no_card_paid_is_forgotten,
]


class PaidFor(PaymentMachine):
    """A storm that begins with a booking that is paid for, of which the hotel would keep a share."""

    @initialize(hotel=st.just(SHARE), stage=st.just("approved"))
    def begin(self, hotel: str, stage: str, fault: str = "") -> None:
        super().begin(hotel, stage, fault)


class WorthlessCard(PaymentMachine):
    """A storm that begins with a card that promised and will not pay."""

    @initialize(hotel=st.just(SHARE), stage=st.just("paid"))
    def begin(self, hotel: str, stage: str, fault: str = "refuses the capture") -> None:
        super().begin(hotel, stage, fault)


class LostAnswers(PaidFor):
    """The same, with a provider that does the work and loses its answers."""

    @initialize(hotel=st.just(SHARE), stage=st.just("approved"))
    def begin(self, hotel: str, stage: str, fault: str = "") -> None:
        super().begin(hotel, stage, fault)
        self.environment.stripe.fault("fail_after", method="POST", drop=True)


class SuddenDeath(PaymentMachine):
    """A storm that begins with a crash while the webhook events of a payment are applied."""

    @initialize(hotel=st.just(FREE), stage=st.just("held"), steps=st.integers(0, 12))
    def begin(self, hotel: str, stage: str, fault: str = "", *, steps: int) -> None:
        super().begin(hotel, stage, fault)
        self._pay(self.models[0], SUCCESS.number)
        for event in self._coming():
            self.environment.deliver(event)
        self.environment.crash_points.steps = steps
        self._then(lazy=False)


# Faults for which the storm takes longest.
FOUND_LATE = {nothing_is_voided, the_ledger_forgets_what_is_let_go, a_fee_that_no_card_paid_is_forgotten}

# Where a fault needs a rare beginning: the storm would find it all the same, later.
BEGINNINGS: dict[Callable[[pytest.MonkeyPatch], None], type[PaymentMachine]] = {
    the_fee_is_given_back: PaidFor,
    keys_and_names_of_refunds_are_dropped: LostAnswers,
    errands_are_done_before_they_are_run: SuddenDeath,
    a_fee_that_no_card_paid_is_forgotten: WorthlessCard,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "plant",
    [pytest.param(plant, marks=[pytest.mark.long] if plant in FOUND_LATE else []) for plant in PLANTS],
    ids=[plant.__name__ for plant in PLANTS],
)
def test_the_storm_finds_each_planted_fault(
    plant: Callable[[pytest.MonkeyPatch], None], starting_states: StartingStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        blow(starting_states, BEGINNINGS.get(plant, PaymentMachine))


@pytest.mark.long
def test_reconciliation_alone_finds_a_ledger_that_forgets(
    starting_states: StartingStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaymentEnvironment, "violations", lambda _: [])
    the_ledger_forgets_what_is_let_go(monkeypatch)

    with pytest.raises(AssertionError, match=FindingKind.LEDGER_LACKS):
        blow(starting_states, PaymentMachine)


def blow(starting_states: StartingStates, kind: type[PaymentMachine]) -> None:
    run_state_machine_as_test(at(starting_states, kind), settings=storms(ENOUGH, phases=(Phase.generate,)))
