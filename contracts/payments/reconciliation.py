"""Comparing what payments knows with what the provider shows: what an operator asks, and what is found."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.message import Command, Query


class FindingKind(StrEnum):
    """What can be wrong. `CALL_OUTSTANDING`: a call to the provider is wanted that nobody has made."""

    STATUS_DIFFERS = "STATUS_DIFFERS"
    CAPTURED_DIFFERS = "CAPTURED_DIFFERS"
    REFUNDED_DIFFERS = "REFUNDED_DIFFERS"
    LEDGER_LACKS = "LEDGER_LACKS"
    LEDGER_EXCEEDS = "LEDGER_EXCEEDS"
    MONEY_KEPT = "MONEY_KEPT"
    CALL_OUTSTANDING = "CALL_OUTSTANDING"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    UNKNOWN_TO_US = "UNKNOWN_TO_US"
    WEBHOOK_NOT_APPLIED = "WEBHOOK_NOT_APPLIED"
    ERRAND_GIVEN_UP = "ERRAND_GIVEN_UP"


class Part(StrEnum):
    """What is gone through: our payments, then the provider's lists, then what was left lying."""

    PAYMENTS = "PAYMENTS"
    SESSIONS = "SESSIONS"
    INTENTS = "INTENTS"
    REFUNDS = "REFUNDS"
    DISPUTES = "DISPUTES"
    WEBHOOKS = "WEBHOOKS"
    ERRANDS = "ERRANDS"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One difference. `object_id` is what it is about, `ours` and `theirs` say in words what each side has."""

    kind: FindingKind
    object_id: str
    ours: str
    theirs: str
    payment_id: str = ""
    booking_id: str = ""
    hotel: str = ""
    repaired: bool = False


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A page of a part. `total` is how many there are in all, where that is known; `next` None at the end."""

    looked: int
    findings: tuple[Finding, ...] = ()
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Compare(Command[Compared]):
    """Compare a page of a part. Without `repair` nothing is changed, and nothing noted.

    `run` names the run that repairs are noted under. `since`: what has changed, or was made at the provider, since.
    """

    part: Part
    repair: bool = False
    run: str = ""
    hotel: str | None = None
    booking_id: str | None = None
    since: datetime | None = None
    after: str | None = None
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """How it stands: the last day's comparisons, what is open by kind, and what waits or was put aside.

    `overdue` payments should have been compared by now; `oldest_webhook_seconds` is how long a notice has waited.
    """

    looked: int
    found: int
    repaired: int
    overdue: int
    webhooks_waiting: int
    webhooks_parked: int
    errands_given_up: int
    last_at: datetime | None = None
    oldest_webhook_seconds: float | None = None
    open: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GetReconciliation(Query[Reconciliation]):
    """The figures of the periodic comparison."""
