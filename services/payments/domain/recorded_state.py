"""All that is recorded of a payment: what a decision takes into account, and what it must not do again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contracts.data import Data
from services.payments.domain.decide import Decision
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.movements import MovementKind
from services.payments.domain.payment import Payment
from services.payments.domain.provider_call import CallResult, ProviderCall


class RecordedState(Data):
    """A payment, the last attempt at each of its calls by `action`, its desired state, and its booked movements.

    `read_at` is the domain's time, UTC. A movement is booked under its kind and its id at the provider.
    """

    payment: Payment
    calls: Mapping[str, ProviderCall]
    desired: DesiredState
    booked: frozenset[tuple[MovementKind, str]]
    read_at: datetime

    @classmethod
    def of_new(cls, payment: Payment, call: ProviderCall, *, read_at: datetime) -> "RecordedState":
        """The state of a payment that has just been inserted with its first call. Its booking is not known to end."""
        desired = DesiredState(booking_id=payment.booking_id, hotel=payment.hotel)
        return cls(payment=payment, calls={call.action: call}, desired=desired, booked=frozenset(), read_at=read_at)

    def differs(self, later: "RecordedState") -> bool:
        """Whether the payment, its calls or their results have changed. A changed desired state has its own sync."""
        return (self.payment, self.calls) != (later.payment, later.calls)

    def answered(self, result: CallResult | None) -> "RecordedState":
        """The state after the result of a call; the same state without a result. A call that is done stays done."""
        return self.with_call(self.calls[result.call.action].ended(result)) if result else self

    def with_call(self, call: ProviderCall | None) -> "RecordedState":
        """The state after an attempt was stored; the same state without an attempt."""
        return replace(self, calls={**self.calls, call.action: call}) if call else self

    def after(self, decision: Decision) -> "RecordedState":
        """The state after a decision was recorded."""
        booked = self.booked | {(each.kind, each.provider_id) for each in decision.movements}
        return replace(self, payment=decision.payment, booked=booked)

    def agrees_with(self, decision: Decision) -> bool:
        """Whether a decision on this state has nothing to record, and no call to make."""
        moved = {(each.kind, each.provider_id) for each in decision.movements}
        return decision.payment == self.payment and decision.next_action is None and moved <= self.booked
