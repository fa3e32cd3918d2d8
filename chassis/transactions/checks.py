"""Checks in SQL: a statement whose check fails ends with an error, and so changes nothing, in autocommit mode too."""

from collections.abc import Mapping

import sqlalchemy as sa

CHECKED = "checked"  # the name of the part of a statement that checks
PASSED = f"(SELECT passed FROM {CHECKED}) = 1"  # noqa: S608
_FAILED = "check failed: "


def check(failures: Mapping[str, str]) -> str:
    """The part `checked` of a statement. `failures` are names by condition, in the order in which they are computed.

    Its one row has a 1 in the column `passed`. A failure is a text that is no number: it cannot be cast to one.
    """
    cases = " ".join(f"WHEN {condition} THEN '{_FAILED}{name}'" for condition, name in failures.items())
    return f"{CHECKED} AS (SELECT CAST(CASE {cases} ELSE '1' END AS int) AS passed)"


def required(condition: str, name: str) -> str:
    """A condition on rows: a row for which it is not true ends the statement, as a failed check of this name."""
    return f"CAST(CASE WHEN {condition} THEN '1' ELSE '{_FAILED}{name}' END AS int) = 1"


def failed(problem: sa.exc.DBAPIError, name: str) -> bool:
    """Whether the statement ended because the check of this name failed."""
    return isinstance(problem, sa.exc.DataError) and f'"{_FAILED}{name}"' in str(problem.orig)
