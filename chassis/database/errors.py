"""What PostgreSQL says of an error, under the same names for psycopg2 and psycopg 3."""

import sqlalchemy as sa

FEATURE_NOT_SUPPORTED = "0A000"
NUMERIC_VALUE_OUT_OF_RANGE = "22003"
QUERY_CANCELED = "57014"


def sqlstate(problem: sa.exc.StatementError) -> str:
    """PostgreSQL's error code; empty where the database has sent no error, as when the connection is lost."""
    error = problem.orig
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""


def constraint_of(problem: sa.exc.StatementError) -> str:
    """The name of the constraint that refused the statement; empty where none did."""
    return getattr(getattr(problem.orig, "diag", None), "constraint_name", None) or ""
