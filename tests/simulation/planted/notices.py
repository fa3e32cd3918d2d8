"""Planted faults of pushes and mails."""

from __future__ import annotations

from typing import Any

from chassis.refusal import RetryLater
from services.notifier.domain.send_result import SENT, SendResult
from services.notifier.handlers import events, mails, pushes
from services.notifier.store.pending_notices import SqlPendingNotices
from services.notifier.work import NotifierWork
from tests.simulation.actors.clock import DAYS_PASS
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I16")
def notices_have_no_job(product: Replacements) -> None:
    """A notice is stored and nobody sends it."""

    def without_job(_: Any, notice: Any, work: NotifierWork, **__: Any) -> None:
        work.new_notices.append(notice)

    product.replace(events, "_enqueue", without_job)


@planted("I16")
def mails_are_forgotten(product: Replacements) -> None:
    """An event that causes a mail causes none, and no notice either."""
    product.replace(events, "mail_for", lambda *_: None)


@planted("I16", notices=0.3)
def a_failed_push_counts_as_sent(product: Replacements) -> None:
    """What Pusher did not take is stored as sent."""
    send = pushes._send

    def whatever_comes(*about: Any) -> SendResult:
        result = send(*about)
        return SENT if isinstance(result, RetryLater) else result

    product.replace(pushes, "_send", whatever_comes)


@planted("I16", notices=0.3)
def a_failed_mail_counts_as_sent(product: Replacements) -> None:
    """What the mail server did not take is stored as sent."""
    send = mails._send

    def whatever_comes(*about: Any, held: bool) -> str | Exception:
        result = send(*about, held=held)
        return "" if isinstance(result, RetryLater) else result

    product.replace(mails, "_send", whatever_comes)


@planted(
    "I16", actors=("clock",), choices={**DAYS_PASS, "eager": (0.3,)}, kind_of_run="ordinary", steps=900, notices=0.9
)
def notices_given_up_have_no_reason(product: Replacements) -> None:
    """A notice that is given up does not say why."""
    settle = SqlPendingNotices.settle

    def without_reason(self: SqlPendingNotices, jobs: Any, status: Any, *, now: Any, reason: str = "") -> None:
        settle(self, jobs, status, now=now)

    product.replace(SqlPendingNotices, "settle", without_reason)
