"""Invariants I3, I4 and I15: the steps of every status, audit rows with their events, and idempotency keys."""

from collections.abc import Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


def statuses_follow_the_lifecycle(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I3: every status was reached by allowed steps, numbered 1, 2, 3 … without a gap."""
    return context.violations("I3", *context.services)


def changes_have_an_audit_row_and_an_event(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I4: each change has one audit row and one event, and neither is without the other."""
    return context.violations("I4", "bookings", "payments", "rooms")


def keys_have_one_effect(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I15: each booking in a stored reply exists and has one key; no call to the provider was done twice."""
    return context.violations("I15", "bookings", "payments")
