"""Invariant I11: every webhook event that was answered with 2xx is applied, ignored on purpose, or parked."""

from collections.abc import Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


def webhook_events_are_handled(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I11: every webhook event that was answered is applied, ignored on purpose, or parked.

    If the list of answered events is available, an answered event that is not stored is a breach as well.
    """
    yield from context.violations("I11", "payments")
    if context.acknowledged:
        stored = {row["key"] for row in context.rows("payments", "webhook_events", keys=context.acknowledged)}
        for event_id in sorted(set(context.acknowledged) - stored):
            yield Violation(invariant="I11", subject=event_id, what="answered and not stored")
