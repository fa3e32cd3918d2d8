"""Reconciliation: compares the records of payments with the objects at the provider."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from contracts.data import Data
from contracts.message import Command, Query


class FindingKind(StrEnum):
    """The kinds of difference. `CALL_OUTSTANDING` means that a call to the provider is due but was not made.

    `UNREQUESTED` is money under the ids of one of our payments that no decision of ours asked for; `UNKNOWN_TO_US` is
    an object under the ids of a payment that we do not have.
    """

    STATUS_DIFFERS = "STATUS_DIFFERS"
    CAPTURED_DIFFERS = "CAPTURED_DIFFERS"
    REFUNDED_DIFFERS = "REFUNDED_DIFFERS"
    LEDGER_LACKS = "LEDGER_LACKS"
    LEDGER_EXCEEDS = "LEDGER_EXCEEDS"
    MONEY_KEPT = "MONEY_KEPT"
    CALL_OUTSTANDING = "CALL_OUTSTANDING"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    UNKNOWN_TO_US = "UNKNOWN_TO_US"
    UNREQUESTED = "UNREQUESTED"
    WEBHOOK_NOT_APPLIED = "WEBHOOK_NOT_APPLIED"
    JOB_GIVEN_UP = "JOB_GIVEN_UP"

    @property
    def is_of_a_payment(self) -> bool:
        """Whether the difference is one of a payment of ours, and not of an object, a webhook event or a job."""
        return self not in _OF_OBJECTS


_OF_OBJECTS = (
    FindingKind.UNKNOWN_TO_US,
    FindingKind.UNREQUESTED,
    FindingKind.WEBHOOK_NOT_APPLIED,
    FindingKind.JOB_GIVEN_UP,
)


class ReconciliationPart(StrEnum):
    """The parts of a reconciliation: our payments, the provider's lists, unprocessed webhook events and jobs."""

    PAYMENTS = "PAYMENTS"
    SESSIONS = "SESSIONS"
    INTENTS = "INTENTS"
    REFUNDS = "REFUNDS"
    DISPUTES = "DISPUTES"
    WEBHOOKS = "WEBHOOKS"
    JOBS = "JOBS"


class ReconciliationFinding(Data):
    """One difference about one object. `ours` and `theirs` say in words what each side has."""

    kind: FindingKind
    object_id: str
    ours: str
    theirs: str
    payment_id: str = ""
    booking_id: str = ""
    hotel: str = ""
    repaired: bool = False


class ReconciledPage(Data):
    """A page of the reconciliation of one `ReconciliationPart`. `looked` counts the objects compared on the page.

    `total` counts the payments of all pages; `total` is set on the first page of `PAYMENTS` only. `next` is the cursor
    of the next page, None on the last page. `unread` counts the payments on the page that could not be read at the
    provider, so that nothing is known of them; `unread` is 1 for a list whose rest could not be read.
    """

    looked: int
    findings: tuple[ReconciliationFinding, ...] = ()
    next: str | None = None
    total: int | None = None
    unread: int = 0


class Reconcile(Command[ReconciledPage]):
    """Compare one page of one `ReconciliationPart` with the provider. Without `repair`, nothing is changed or recorded.

    `run` names the run under which findings are recorded. `since` (UTC) limits the comparison to payments
    that have changed, and provider objects that were created, since that time.
    """

    part: ReconciliationPart
    repair: bool = False
    run: str = ""
    hotel: str | None = None
    booking_id: str | None = None
    since: datetime | None = None
    after: str | None = None
    limit: int = 10


class Reconciliation(Data):
    """Counts of the last day's comparisons, of unprocessed webhook events and jobs, and of open findings by kind.

    `overdue` counts payments whose comparison is late. `oldest_webhook_seconds` is the age of the oldest webhook
    event that is not applied yet.
    """

    looked: int
    findings_found: int
    repaired: int
    overdue: int
    webhooks_waiting: int
    webhooks_parked: int
    jobs_given_up: int
    last_at: datetime | None = None
    oldest_webhook_seconds: float | None = None
    open: dict[str, int] = field(default_factory=dict)


class GetReconciliation(Query[Reconciliation]):
    """Return the state of the periodic reconciliation."""
