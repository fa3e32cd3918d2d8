"""I3 by audit rows: each step begins where the one before ends, is allowed, and the last one gives the status."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from chassis.observability.examination import NEWEST_SUBJECTS, select
from contracts.operations import Violation

_SUBJECTS = NEWEST_SUBJECTS.format(table="audit")

IsAllowed = Callable[[str | None, str, str], bool]

_STEPS = """
    SELECT subject, sequence, what, from_status, to_status FROM audit
    WHERE to_status IS NOT NULL AND subject IN ({subjects}) ORDER BY subject, sequence
"""


def broken_steps(connection: sa.Connection, *, newest: int, is_allowed: IsAllowed) -> Iterator[Violation]:
    """I3: the steps that do not begin where the one before ends, or are not `is_allowed(from, what, to)`."""
    statuses: dict[str, str] = {}
    for row in select(connection, _STEPS.format(subjects=_SUBJECTS), newest=newest):
        before = statuses.get(row.subject)
        statuses[row.subject] = row.to_status
        if row.from_status != before and row.sequence > 1:
            what = f"number {row.sequence} begins at {row.from_status}, the one before ends at {before}"
            yield Violation(invariant="I3", subject=row.subject, what=what)
        if not is_allowed(row.from_status, row.what, row.to_status):
            what = f"{row.what} may not lead from {row.from_status} to {row.to_status}"
            yield Violation(invariant="I3", subject=row.subject, what=what)


def stale_statuses(connection: sa.Connection, statement: str, *, newest: int) -> Iterator[Violation]:
    """I3: the rows whose status or version is not that of their last audit row.

    The statement selects `subject`, `status`, `version`, `to_status` and `sequence` of each, for subjects in
    `{subjects}`.
    """
    for row in select(connection, statement.format(subjects=_SUBJECTS), newest=newest):
        what = f"is {row.status}, version {row.version}; its last audit row is {row.to_status}, number {row.sequence}"
        yield Violation(invariant="I3", subject=row.subject, what=what)
