"""The kinds of the jobs that a service still has to run, in one query instead of an attempt to lease each kind."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from chassis.jobs.runner import JobRunner

_KINDS = sa.text("SELECT DISTINCT kind FROM job WHERE done_at IS NULL AND gave_up_at IS NULL")


def with_open_jobs(owner: sa.Engine, runners: Sequence[JobRunner]) -> Iterator[JobRunner]:
    """The runners whose kind has a job that is neither done nor given up; it may not be due yet."""
    with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        kinds = set(connection.execute(_KINDS).scalars())
    return (runner for runner in runners if runner.job.kind in kinds)
