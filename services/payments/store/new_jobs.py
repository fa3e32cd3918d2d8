"""A job that is inserted by the statement that inserts its cause, and only with it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.tables import JOB

_COLUMNS = ("key", "kind", "order_key", "payload", "not_before", "traceparent")
_LEASE: sa.BindParameter[float | None] = sa.bindparam("job_lease", type_=sa.Float)  # seconds, or None
_IS_LEASED = _LEASE > 0
_LEASED_UNTIL = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, _LEASE)
_OF_LEASE = {
    "attempts": sa.case((_IS_LEASED, 1), else_=0),
    "try_at": sa.case((_IS_LEASED, _LEASED_UNTIL), else_=sa.func.now()),
}


def new_job(cause: sa.CTE) -> sa.CTE:
    """Inserts a job for the row in `cause`, unless a job with the key exists; has its `position` and `created_at`."""
    values = [sa.bindparam(f"job_{name}", type_=JOB.c[name].type) for name in _COLUMNS]
    return (
        insert(JOB)
        .from_select((*_COLUMNS, *_OF_LEASE), sa.select(*values, *_OF_LEASE.values()).select_from(cause))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(JOB.c.position, JOB.c.created_at)
        .cte("enqueued")
    )


def job_parameters(row: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of `new_job` for the row of a job."""
    return {"job_lease": None} | {f"job_{name}": value for name, value in row.items()}
