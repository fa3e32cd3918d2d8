"""Each fault planted here is one that the storm must find: what it could not find it does not guard against."""

import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from chassis.jobs import queue
from chassis.jobs.runner import JobRunner
from chassis.transactions.tables import JOB
from contracts.payments import FindingKind
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import paying
from services.payments.domain import Standing, Void, wants
from services.payments.domain.seen import SeenRefund
from services.payments.handlers import standing
from services.payments.store import SqlWebhooks
from services.payments.stripe_gateway import StripeCards
from tests.storm.payment_environment import FREE, SHARE, PaymentEnvironment
from tests.storm.payment_machine import PaymentMachine
from tests.storm.starting_states import StartingStates
from tests.storm.test_storm import at, storms

ENOUGH = 250


def nothing_is_voided(patch: pytest.MonkeyPatch) -> None:
    wanted = wants.wanted
    patch.setattr(
        decide_module(), "wanted", lambda *given: None if isinstance(wanted(*given), Void) else wanted(*given)
    )


def the_fee_is_given_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wants, "_kept", lambda payment, scene, charge: 0 if scene.standing.ended else charge.captured)


def late_money_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(standing, "_over", lambda *_: None)


def everything_is_captured(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "approves", lambda self, _: not self.ended)


def webhooks_are_accepted_and_not_stored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SqlWebhooks, "store", lambda *_: False)


def jobs_are_marked_done_before_they_run(patch: pytest.MonkeyPatch) -> None:
    claim = JobRunner.claim

    def at_most_once(self: JobRunner) -> list[Any]:
        due = claim(self)
        with self._unit_of_work.begin() as work:
            queue.mark(work.connection, due, done_at=JOB.c.created_at)
        return due

    patch.setattr(JobRunner, "claim", at_most_once)


def keys_and_names_of_refunds_are_dropped(patch: pytest.MonkeyPatch) -> None:
    perform, refunds = StripeCards.perform, StripeCards.refunds

    def unkeyed(self: StripeCards, request: str, *, key: str) -> str:
        return perform(self, request, key=f"{key}:{uuid4()}")

    def unseen(self: StripeCards, intent_id: str) -> tuple[SeenRefund, ...]:
        return tuple(seen for seen in refunds(self, intent_id) if seen.id in made)

    made: set[str] = set()

    def noted(self: StripeCards, request: str, *, key: str) -> str:
        done = unkeyed(self, request, key=key)
        made.add(done)
        return done

    patch.setattr(StripeCards, "perform", noted)
    patch.setattr(StripeCards, "refunds", unseen)


def a_fee_that_no_card_paid_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paying, "released", lambda *_, **__: ())


def the_ledger_forgets_what_is_let_go(patch: pytest.MonkeyPatch) -> None:
    movements = decide_module().movements
    patch.setattr(
        decide_module(), "movements", lambda seen: tuple(one for one in movements(seen) if one.kind != "void")
    )


def decide_module() -> Any:
    return sys.modules["services.payments.domain.decide"]  # the package has a function of that name


PLANTS: list[Callable[[pytest.MonkeyPatch], None]] = [
    nothing_is_voided,
    the_fee_is_given_back,
    late_money_is_kept,
    everything_is_captured,
    webhooks_are_accepted_and_not_stored,
    jobs_are_marked_done_before_they_run,
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
    """And with a provider that does what it is asked in silence."""

    @initialize(hotel=st.just(SHARE), stage=st.just("approved"))
    def begin(self, hotel: str, stage: str, fault: str = "") -> None:
        super().begin(hotel, stage, fault)
        self.environment.stripe.fault("fail_after", method="POST", drop=True)


class SuddenDeath(PaymentMachine):
    """A storm that begins with somebody dying while the notices of a payment are applied."""

    @initialize(hotel=st.just(FREE), stage=st.just("held"), steps=st.integers(0, 12))
    def begin(self, hotel: str, stage: str, fault: str = "", *, steps: int) -> None:
        super().begin(hotel, stage, fault)
        self._pay(self.models[0], SUCCESS.number)
        for event in self._coming():
            self.environment.deliver(event)
        self.environment.crash_points.steps = steps
        self._then(lazy=False)


# Where a fault needs a rare beginning: the storm would find it all the same, later.
BEGINNINGS = {
    the_fee_is_given_back: PaidFor,
    keys_and_names_of_refunds_are_dropped: LostAnswers,
    jobs_are_marked_done_before_they_run: SuddenDeath,
    a_fee_that_no_card_paid_is_forgotten: WorthlessCard,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_the_storm_finds(
    plant: Callable[[pytest.MonkeyPatch], None], starting_states: StartingStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        blow(starting_states, BEGINNINGS.get(plant, PaymentMachine))


def test_reconciliation_alone_finds_a_ledger_that_forgets(
    starting_states: StartingStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaymentEnvironment, "findings", lambda _: [])
    the_ledger_forgets_what_is_let_go(monkeypatch)

    with pytest.raises(AssertionError, match=FindingKind.LEDGER_LACKS):
        blow(starting_states, PaymentMachine)


def blow(starting_states: StartingStates, kind: type[PaymentMachine]) -> None:
    run_state_machine_as_test(at(starting_states, kind), settings=storms(ENOUGH, phases=(Phase.generate,)))
