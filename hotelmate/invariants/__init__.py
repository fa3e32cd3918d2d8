"""What must hold whatever has happened, each asked of the databases by name. See `CHECKS`."""

from hotelmate.invariants.books import Books, Finding, Parked
from hotelmate.invariants.checks import CHECKS, examine

__all__ = ["CHECKS", "Books", "Finding", "Parked", "examine"]
