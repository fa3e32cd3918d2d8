"""Each fault planted here is one that the storm must find: what it could not find it does not guard against."""

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from contracts.payments.reconciliation import FindingKind
from services.bookings.domain import payment_events
from tests.simulation.planted import jobs, money, refunds
from tests.simulation.planted.fault import PlantedFault, planted
from tests.simulation.planted.replacing import Replacements
from tests.storm.payment_environment import FREE, SHARE, PaymentEnvironment
from tests.storm.payment_machine import PaymentMachine
from tests.storm.starting_states import StartingStates
from tests.storm.test_storm import at, storms

ENOUGH = 250


@planted("I8")
def a_fee_that_no_card_paid_is_forgotten(product: Replacements) -> None:
    """A fee that the card did not pay is owed by nobody."""
    product.replace(payment_events, "released", lambda *_, **__: ())


PLANTS = (
    money.nothing_is_voided,
    refunds.the_fee_is_given_back,
    money.late_money_is_kept,
    money.everything_is_captured,
    jobs.webhooks_are_answered_and_forgotten,
    jobs.jobs_are_done_before_they_run,
    refunds.refunds_have_no_key,
    money.the_ledger_forgets_what_is_let_go,
    a_fee_that_no_card_paid_is_forgotten,
)


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
    """A storm that begins with a crash while an approval, and the capture that follows, are carried out."""

    @initialize(hotel=st.just(FREE), stage=st.just("paid"), steps=st.integers(4, 12))
    def begin(self, hotel: str, stage: str, fault: str = "", *, steps: int) -> None:
        super().begin(hotel, stage, fault)
        self.environment.crash_points.steps = steps
        self.approve(0, lazy=False)


# Faults for which the storm takes longest.
FOUND_LATE = (
    money.nothing_is_voided,
    money.late_money_is_kept,
    money.the_ledger_forgets_what_is_let_go,
    a_fee_that_no_card_paid_is_forgotten,
)

# Where a fault needs a rare beginning: the storm would find it all the same, later.
BEGINNINGS: dict[str, type[PaymentMachine]] = {
    refunds.the_fee_is_given_back.name: PaidFor,
    refunds.refunds_have_no_key.name: LostAnswers,
    jobs.jobs_are_done_before_they_run.name: SuddenDeath,
    a_fee_that_no_card_paid_is_forgotten.name: WorthlessCard,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=[pytest.mark.long] if fault in FOUND_LATE else [], id=fault.name) for fault in PLANTS],
)
def test_the_storm_finds_each_planted_fault(fault: PlantedFault, starting_states: StartingStates) -> None:
    with fault.planted(), pytest.raises(AssertionError):
        blow(starting_states, BEGINNINGS.get(fault.name, PaymentMachine))


@pytest.mark.long
def test_reconciliation_alone_finds_a_ledger_that_forgets(
    starting_states: StartingStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaymentEnvironment, "violations", lambda _: [])

    with (
        money.the_ledger_forgets_what_is_let_go.planted(),
        pytest.raises(AssertionError, match=FindingKind.LEDGER_LACKS),
    ):
        blow(starting_states, PaymentMachine)


def blow(starting_states: StartingStates, kind: type[PaymentMachine]) -> None:
    run_state_machine_as_test(at(starting_states, kind), settings=storms(ENOUGH, phases=(Phase.generate,)))
