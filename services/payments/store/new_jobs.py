"""A job that is inserted by the statement that inserts its cause, and only with it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.tables import JOB

_COLUMNS = ("key", "kind", "order_key", "payload", "not_before", "traceparent")


def new_job(cause: sa.CTE) -> sa.CTE:
    """Inserts a job for the row in `cause`, unless a job with the key exists."""
    values = [sa.bindparam(f"job_{name}", type_=JOB.c[name].type) for name in _COLUMNS]
    return (
        insert(JOB)
        .from_select(_COLUMNS, sa.select(*values).select_from(cause))
        .on_conflict_do_nothing(index_elements=["key"])
        .cte("enqueued")
    )


def job_parameters(row: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of `new_job` for the row of a job."""
    return {f"job_{name}": row[name] for name in _COLUMNS}
