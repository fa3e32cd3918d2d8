"""What a look has to record, and when the state that it began with is stale."""

from dataclasses import replace

import pytest

from services.payments.domain.decide import Decision, decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.provider_call import CallResult, CallState, ProviderCall
from services.payments.domain.provider_snapshot import ProviderSnapshot
from services.payments.domain.recorded_state import RecordedState
from tests.unit.payments.builders import (
    NOW,
    approved,
    at_provider,
    captured_intent,
    checkout,
    desired_state,
    intent,
    payment,
)

PAID = at_provider(session=checkout(), intent=intent())
CAPTURED = at_provider(session=checkout(), intent=captured_intent())
LIVE = desired_state()
CALL = ProviderCall(hotel="hotel-killarney", payment_id="pay_1", action="capture", attempt=1, request="{}")


def recorded(decision: Decision | None = None, desired: DesiredState = LIVE) -> RecordedState:
    """The state of a payment whose session is open, after the decision, if any."""
    begun = RecordedState(payment=payment(), calls={}, desired=desired, booked=frozenset(), read_at=NOW)
    return begun.after(decision) if decision else begun


def decided(state: RecordedState, snapshot: ProviderSnapshot) -> Decision:
    return decide(state.payment, state.desired, snapshot, now=NOW)


AUTHORISED = recorded(decided(recorded(), PAID))


def test_a_look_that_shows_what_is_recorded_has_nothing_to_record() -> None:
    assert AUTHORISED.agrees_with(decided(AUTHORISED, PAID))


def test_a_change_of_the_payment_is_to_be_recorded() -> None:
    assert not recorded().agrees_with(decided(recorded(), PAID))


def test_a_movement_that_is_not_booked_is_to_be_recorded() -> None:
    captured = decided(AUTHORISED, CAPTURED)

    assert captured.payment == AUTHORISED.payment, "nobody has approved it"
    assert not AUTHORISED.agrees_with(captured)
    assert AUTHORISED.after(captured).agrees_with(captured)


def test_a_call_that_is_due_is_to_be_recorded() -> None:
    state = replace(AUTHORISED, desired=approved())

    assert not state.agrees_with(decided(state, PAID))


@pytest.mark.parametrize("end", [CallState.REFUSED, CallState.FAILED, CallState.DONE])
def test_a_state_is_stale_once_a_call_has_begun_or_ended(end: CallState) -> None:
    begun = AUTHORISED.with_call(CALL)
    ended = begun.answered(CallResult(call=CALL, state=end, code="why"))

    assert AUTHORISED.differs(begun)
    assert begun.differs(ended)
    assert not ended.differs(replace(ended, desired=approved(), booked=frozenset()))


def test_a_call_that_is_done_stays_done() -> None:
    done = AUTHORISED.with_call(replace(CALL, state=CallState.DONE))

    assert not done.differs(done.answered(CallResult(call=CALL, state=CallState.FAILED)))


def test_a_result_is_of_its_own_attempt_only() -> None:
    second = AUTHORISED.with_call(replace(CALL, attempt=2))

    assert not second.differs(second.answered(CallResult(call=CALL, state=CallState.REFUSED, code="why")))
