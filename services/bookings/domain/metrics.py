"""The values of the metrics of bookings."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The counts of overdue deadlines, waiting approvals, approvals near their deadline, and stale two-step actions."""

    deadlines_late: int
    approvals_waiting: int
    approvals_near_deadline: int
    actions_stale: int
