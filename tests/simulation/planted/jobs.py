"""Planted faults of jobs and of webhook events: lost, done too often, given up too early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from chassis.jobs.runner import JobRunner
from chassis.refusal import PermanentFailure, Unavailable
from chassis.transactions import job_queue
from chassis.transactions.checks import check
from chassis.transactions.job_queue import LeasedJob
from services.payments.domain.webhook import WebhookEvent, WebhookOutcome
from services.payments.steps import sync, webhook_application
from services.payments.store.webhooks import SqlWebhooks
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

_UNFENCED = f"""
    ended AS (UPDATE job SET done_at = now(), last_error = '' WHERE position = ANY(CAST(:positions AS bigint[]))),
    {check({"false": ""})}
"""
TURNS_TO_END = 15  # of other tasks, before a job ends


@planted("I17", favours=("pay", "decide"), kind_of_run="money", provider=0.2)
def webhooks_are_parked_at_once(product: Replacements) -> None:
    """A webhook event is parked when the provider does not answer once."""
    apply = sync.sync

    def once(*args: Any, **kwargs: Any) -> Any:
        try:
            return apply(*args, **kwargs)
        except Unavailable as unknown:
            raise PermanentFailure(str(unknown)) from unknown

    product.replace(webhook_application, "sync", once)


@planted("I11", favours=("pay", "decide"), kind_of_run="money")
def webhooks_are_answered_and_forgotten(product: Replacements) -> None:
    """A webhook is answered 2xx and not stored."""
    product.replace(SqlWebhooks, "store_with_job", lambda *_: None)


@planted("I11", favours=("pay", "decide"), kind_of_run="money")
def webhooks_have_no_job(product: Replacements) -> None:
    """A webhook event is stored, and nobody applies it."""

    def store_alone(self: SqlWebhooks, event: WebhookEvent, _: Any) -> Any:
        new = self.store(event, WebhookOutcome.STORED)
        return SimpleNamespace(position=None) if new else None

    product.replace(SqlWebhooks, "store_with_job", store_alone)


@planted("I11", "I8", favours=("pay", "decide"), kind_of_run="money", deaths=0.03)
def jobs_are_done_before_they_run(product: Replacements) -> None:
    """A job is marked as done before it is run: a crash loses it."""
    run = JobRunner.run

    def at_most_once(self: JobRunner, leased: Sequence[LeasedJob]) -> bool:
        with self.unit_of_work.begin() as opened:
            job_queue.mark(opened.connection, leased)
        return run(self, leased)

    product.replace(JobRunner, "run", at_most_once)


@planted("I16")
def leases_of_jobs_are_ignored(product: Replacements) -> None:
    """A leased job is due for every other worker, too: two processes send one mail."""
    early = str(job_queue._LEASE).replace("try_at <= now()", "try_at <= now() + :lease")
    product.replace(job_queue, "_LEASE", sa.text(early))


@planted(
    "I16",
    "Proved twice",
    choices={"pause": (15.0, 20.0), "next guest": (60.0,), "eager": (0.3,)},
    kind_of_run="ordinary",
    freezes=0.4,
)
def a_job_ends_as_often_as_it_was_run(product: Replacements) -> None:
    """A process that stood still longer than its lease ends a job that another process has ended."""

    def unfenced(write_first: Callable[[str, dict[str, Any]], None], jobs: Sequence[Any]) -> None:
        for _ in range(TURNS_TO_END):
            product.turn()
        write_first(_UNFENCED, {"positions": [job.position for job in jobs]})

    product.replace(job_queue, "end", unfenced)
