"""Checks invariant I3 ("every status was reached by allowed steps") in the audit rows."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from chassis.observability.examination import NEWEST_SUBJECTS, select
from contracts.operations import Violation

_SUBJECTS = NEWEST_SUBJECTS.format(table="audit")

IsAllowed = Callable[[str | None, str, str], bool]

_STEPS = """
    SELECT subject, sequence, what, from_status, to_status FROM audit
    WHERE to_status IS NOT NULL AND subject = ANY (ARRAY({subjects})) ORDER BY subject, sequence
"""


def broken_steps(connection: sa.Connection, *, newest: int, is_allowed: IsAllowed) -> Iterator[Violation]:
    """A violation of invariant I3 for each step that is not allowed or does not begin where the previous step ended.

    `is_allowed(from_status, what, to_status)` says whether the lifecycle allows the step.
    """
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
    """A violation of invariant I3 for each row whose status or version differs from that in its last audit row.

    `statement` selects `subject`, `status`, `version`, `to_status` and `sequence` of each row. Its placeholder
    `{subjects}` is replaced by the query for the subjects to check.
    """
    for row in select(connection, statement.format(subjects=_SUBJECTS), newest=newest):
        what = f"is {row.status}, version {row.version}; its last audit row is {row.to_status}, number {row.sequence}"
        yield Violation(invariant="I3", subject=row.subject, what=what)
