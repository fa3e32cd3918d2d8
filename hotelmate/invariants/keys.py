"""I15: the same Idempotency-Key has one effect."""

from collections.abc import Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


def keys_have_one_effect(context: ExaminationContext) -> Iterator[Violation]:
    """I15: the booking of a stored reply exists under one key, and no call to the provider was done twice."""
    return context.violations("I15", "bookings", "payments")
