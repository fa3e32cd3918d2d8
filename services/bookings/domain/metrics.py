"""The numbers that operators watch."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Deadlines not applied in time, approvals that wait, those near their deadline, and stale two-step actions."""

    deadlines_late: int
    approvals_waiting: int
    approvals_near_deadline: int
    actions_stale: int
