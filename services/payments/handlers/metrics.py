"""The metrics of the payments service: the number of webhook events that are waiting or parked."""

from collections.abc import Iterator

from contracts.operations import Metric
from services.payments.domain.webhook import WebhookOutcome
from services.payments.work import PaymentsWork

OPEN_OUTCOMES = (WebhookOutcome.STORED, WebhookOutcome.PARKED)


def metrics(work: PaymentsWork) -> Iterator[Metric]:
    """The number of stored and of parked webhook events: one metric for each of the two outcomes."""
    counts = work.webhooks.count_by_outcome(OPEN_OUTCOMES)
    for outcome in OPEN_OUTCOMES:
        yield Metric(name="webhooks_open", value=counts.get(outcome, 0), label=outcome)
