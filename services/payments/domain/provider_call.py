"""A call that changes an object at the provider: its request, its idempotency key, its result."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from contracts.data import Data
from services.payments.domain.provider_snapshot import IntentSnapshot, SessionSnapshot

SESSION, CAPTURE, REFUND = "session", "capture", "refund-"


class CallState(StrEnum):
    """The state of a call: unanswered (`OWED`), done, failed (only a new key may succeed), or refused for good."""

    OWED = "OWED"
    DONE = "DONE"
    FAILED = "FAILED"
    REFUSED = "REFUSED"


class ProviderCall(Data):
    """One attempt at one action of one payment. An attempt always sends the same request under the same key."""

    hotel: str
    payment_id: str
    action: str
    attempt: int
    request: str
    state: CallState = CallState.OWED
    code: str = ""

    @property
    def key(self) -> str:
        """The idempotency key of the current attempt. A repeated request keeps the key; a new attempt has a new key."""
        return f"{self.payment_id}:{self.action}:{self.attempt}"

    def ended(self, result: "CallResult") -> "ProviderCall":
        """The attempt with the result of this same attempt. An attempt that is done stays done."""
        if self.state is CallState.DONE or self.attempt != result.call.attempt:
            return self
        return replace(self, state=result.state, code=result.code)


class CallResult(Data):
    """The result of an attempt: done with the id of the changed object, or failed or refused with the code.

    `snapshot` is the object as the call left it, if the provider's answer shows all of it.
    """

    call: ProviderCall
    state: CallState
    code: str = ""
    object_id: str | None = None
    snapshot: SessionSnapshot | IntentSnapshot | None = None


def refusals(latest: Mapping[str, ProviderCall]) -> dict[str, str]:
    """The provider's code for each refused call. A refund is keyed by its id, any other call by its action."""
    refused = {action: call.code for action, call in latest.items() if call.state is CallState.REFUSED}
    return {action.removeprefix(REFUND): code for action, code in refused.items()}
