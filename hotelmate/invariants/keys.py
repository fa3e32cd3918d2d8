"""Invariant I15: the same Idempotency-Key has one effect."""

from collections.abc import Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


def keys_have_one_effect(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I15: a stored reply's booking exists under one key only, and no call to the provider was done twice."""
    return context.violations("I15", "bookings", "payments")
