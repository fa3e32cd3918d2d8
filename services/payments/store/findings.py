"""The findings of reconciliation runs, open or resolved, and the metrics of both."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.tables import JOB
from contracts.payments.reconciliation import Reconciliation, ReconciliationFinding
from services.payments.domain.webhook import WebhookOutcome
from services.payments.store.tables import FINDING, PAYMENT, RUN, WEBHOOK

_DAY = timedelta(days=1)
_OPEN = FINDING.c.resolved_at.is_(None)


class SqlFindings:
    """Stores findings. A repeated finding updates its open row; a comparison without the finding resolves it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, run: str, findings: Sequence[ReconciliationFinding], *, looked: int, at: datetime) -> None:
        """Store the findings of a run, and add `looked` to its number of comparisons."""
        repaired = sum(finding.repaired for finding in findings)
        counts = {"looked": looked, "found": len(findings), "repaired": repaired}
        statement = insert(RUN).values(run=run, started_at=at, last_at=at, **counts)
        more = {name: RUN.c[name] + statement.excluded[name] for name in counts}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["run"], set_=more | {"last_at": at}))
        for finding in findings:
            self._upsert(run, finding, at)

    def _upsert(self, run: str, finding: ReconciliationFinding, at: datetime) -> None:
        times = {"found_at": at, "seen_at": at, "resolved_at": at if finding.repaired else None}
        statement = insert(FINDING).values(run=run, **asdict(finding), **times)
        now = statement.excluded
        changes = {"ours": now.ours, "theirs": now.theirs, "seen_at": now.seen_at}
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["kind", "object_id", "payment_id"], index_where=_OPEN, set_=changes
            )
        )

    def resolve(self, payment_id: str, left: Sequence[ReconciliationFinding], *, at: datetime) -> None:
        """Resolve the payment's open findings that are not in `left`."""
        still_open = sa.tuple_(FINDING.c.kind, FINDING.c.object_id).in_([(each.kind, each.object_id) for each in left])
        resolved = FINDING.update().where(FINDING.c.payment_id == payment_id, _OPEN, ~still_open)
        self._connection.execute(resolved.values(resolved_at=at))

    def resolve_object(self, object_id: str, *, at: datetime) -> None:
        """Resolve the open findings about an object."""
        self._connection.execute(FINDING.update().where(FINDING.c.object_id == object_id, _OPEN).values(resolved_at=at))

    def reconciliation(self, now: datetime, *, late: timedelta, kinds: Sequence[str]) -> Reconciliation:
        """The state of the reconciliation. A payment is overdue if its comparison was due more than `late` ago.

        `kinds` are the kinds of the jobs that call the provider.
        """
        lately = RUN.c.last_at >= now - _DAY
        waiting = WEBHOOK.c.outcome == WebhookOutcome.STORED
        given_up = (JOB.c.kind.in_(kinds), JOB.c.gave_up_at.is_not(None), JOB.c.done_at.is_(None))
        age = sa.func.extract("epoch", sa.func.clock_timestamp() - sa.func.min(WEBHOOK.c.received_at))

        def number(column: Any, *where: Any) -> Any:
            return sa.select(sa.func.coalesce(column, 0)).where(*where).scalar_subquery()

        figures = {
            "looked": number(sa.func.sum(RUN.c.looked), lately),
            "findings_found": number(sa.func.sum(RUN.c.found), lately),
            "repaired": number(sa.func.sum(RUN.c.repaired), lately),
            "overdue": number(sa.func.count(PAYMENT.c.id), PAYMENT.c.compare_at < now - late),
            "webhooks_waiting": number(sa.func.count(), waiting),
            "webhooks_parked": number(sa.func.count(), WEBHOOK.c.outcome == WebhookOutcome.PARKED),
            "jobs_given_up": number(sa.func.count(), *given_up),
            "last_at": sa.select(sa.func.max(RUN.c.last_at)).scalar_subquery(),
            "oldest_webhook_seconds": sa.select(sa.cast(age, sa.Float)).where(waiting).scalar_subquery(),
        }
        row = self._connection.execute(sa.select(*(figures[name].label(name) for name in figures))).one()
        open_findings = sa.select(FINDING.c.kind, sa.func.count()).where(_OPEN).group_by(FINDING.c.kind)
        open_by_kind = {str(kind): count for kind, count in self._connection.execute(open_findings).all()}
        return Reconciliation(**row._asdict(), open=open_by_kind)
