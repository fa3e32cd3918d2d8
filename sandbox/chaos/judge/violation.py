"""What the judge reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChaosViolation:
    """A promise that does not hold.

    `subject` is a booking, a room or a command; `at` (monotonic seconds) is the moment to which the promise belongs, by
    which the report finds the fault.
    """

    check: str
    subject: str
    what: str
    at: float
    lost_write: bool = False

    def same_as(self, other: "ChaosViolation") -> bool:
        """Whether both say the same, perhaps at two judgements."""
        return (self.check, self.subject, self.what) == (other.check, other.subject, other.what)
