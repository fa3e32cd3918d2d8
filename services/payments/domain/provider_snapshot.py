"""A snapshot of a payment's objects at the provider. Where amounts differ from ours, the snapshot is right."""

from datetime import datetime
from enum import StrEnum

from contracts.data import Data
from contracts.values import Money
from services.payments.domain.payment import RefundStatus


class SessionState(StrEnum):
    """The state of a checkout session. A session that we opened and the provider no longer has is `GONE`."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    GONE = "gone"


class IntentState(StrEnum):
    """The state of a payment intent's money: not authorised yet, held, captured (`TAKEN`), or released."""

    UNPAID = "unpaid"
    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


class ChargeSnapshot(Data):
    """A charge that the card accepted. `captured` is in minor units. Times are UTC on the provider's clock."""

    id: str
    amount: Money
    captured: int
    created: datetime
    capture_before: datetime | None
    disputed: bool


class RefundSnapshot(Data):
    """A refund. `refund_id` is our id from the metadata; it is None for a refund that we did not request."""

    id: str
    refund_id: str | None
    amount: Money
    status: RefundStatus
    reason: str = ""


class IntentSnapshot(Data):
    """A payment intent. `charge` is None until the card has accepted a charge; `received` is in minor units.

    `refunds` are all refunds of the charge, oldest first.
    """

    id: str
    state: IntentState
    amount: Money
    received: int
    payment_id: str | None
    booking_id: str | None
    charge: ChargeSnapshot | None
    release_reason: str | None = None
    refunds: tuple[RefundSnapshot, ...] = ()


class SessionSnapshot(Data):
    """A checkout session at the provider, with the snapshot of its intent where that was read with the session."""

    id: str
    state: SessionState
    url: str | None
    intent_id: str | None
    intent: IntentSnapshot | None = None


class DisputeSnapshot(Data):
    """A dispute. `withdrawn` is False for an inquiry, which moves no money; `won` means that the money was returned."""

    id: str
    amount: Money
    reason: str
    withdrawn: bool
    won: bool


class ProviderSnapshot(Data):
    """The objects of one payment, as the provider returned them in one reading."""

    session: SessionSnapshot | None = None
    intent: IntentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] = ()
    disputes: tuple[DisputeSnapshot, ...] = ()

    @property
    def session_is_gone(self) -> bool:
        """Whether the provider no longer has the payment's checkout session."""
        return self.session is not None and self.session.state is SessionState.GONE
