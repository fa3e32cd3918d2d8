"""The audit rows of a subject as a trail of statuses: each step begins where the one before ends, and is allowed."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from chassis.observability.examination import NEWEST_SUBJECTS, select
from contracts.operations import Violation

IsAllowed = Callable[[str | None, str, str], bool]

_STEPS = """
    SELECT subject, sequence, what, from_status, to_status FROM audit
    WHERE to_status IS NOT NULL AND subject IN ({subjects}) ORDER BY subject, sequence
"""


def broken_steps(connection: sa.Connection, *, newest: int, is_allowed: IsAllowed) -> Iterator[Violation]:
    """I3: the steps that do not begin where the one before ends, or are not `is_allowed(from, what, to)`."""
    statuses: dict[str, str] = {}
    for row in select(connection, _STEPS.format(subjects=NEWEST_SUBJECTS.format(table="audit")), newest=newest):
        before = statuses.get(row.subject)
        statuses[row.subject] = row.to_status
        if row.from_status != before and row.sequence > 1:
            what = f"number {row.sequence} begins at {row.from_status}, the one before ends at {before}"
            yield Violation(invariant="I3", subject=row.subject, what=what)
        if not is_allowed(row.from_status, row.what, row.to_status):
            what = f"{row.what} may not lead from {row.from_status} to {row.to_status}"
            yield Violation(invariant="I3", subject=row.subject, what=what)
