"""Invariants I3 and I4: every status was reached by allowed steps, each with an audit row and an event."""

from collections.abc import Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


def statuses_follow_the_lifecycle(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I3: every status was reached by allowed steps, numbered 1, 2, 3 … without a gap."""
    return context.violations("I3", *context.services)


def changes_have_an_audit_row_and_an_event(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I4: each change has one audit row and one event, and neither is without the other."""
    return context.violations("I4", "bookings", "payments", "rooms")
