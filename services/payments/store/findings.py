"""The findings of reconciliation runs, open or resolved, and the metrics of both."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.tables import JOB
from contracts.payments.reconciliation import ReconciliationFinding
from services.payments.store.tables import FINDING, PAYMENT, RUN, WEBHOOK

_DAY = timedelta(days=1)
_COLUMNS = ("kind", "object_id", "payment_id", "booking_id", "hotel", "ours", "theirs", "repaired")
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
        values: dict[str, Any] = {name: getattr(finding, name) for name in _COLUMNS}
        values |= {"run": run, "found_at": at, "seen_at": at, "resolved_at": at if finding.repaired else None}
        statement = insert(FINDING).values(**values)
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

    def open(self) -> dict[str, int]:
        """The number of open findings, by kind."""
        query = sa.select(FINDING.c.kind, sa.func.count()).where(_OPEN).group_by(FINDING.c.kind)
        return {str(kind): int(count) for kind, count in self._connection.execute(query).all()}

    def metrics(self, now: datetime, *, late: timedelta, kinds: Sequence[str]) -> sa.RowMapping:
        """All metrics except that of `open`, in one statement.

        A payment is overdue if its comparison was due more than `late` ago.
        """
        lately = RUN.c.last_at >= now - _DAY
        waiting = WEBHOOK.c.outcome == "STORED"
        given_up = (JOB.c.kind.in_(kinds), JOB.c.gave_up_at.is_not(None), JOB.c.done_at.is_(None))
        age = sa.func.extract("epoch", sa.func.clock_timestamp() - sa.func.min(WEBHOOK.c.received_at))

        def number(column: Any, *where: Any) -> Any:
            return sa.select(sa.func.coalesce(column, 0)).where(*where).scalar_subquery()

        return (
            self._connection.execute(
                sa.select(
                    number(sa.func.sum(RUN.c.looked), lately).label("looked"),
                    number(sa.func.sum(RUN.c.found), lately).label("found"),
                    number(sa.func.sum(RUN.c.repaired), lately).label("repaired"),
                    number(sa.func.count(PAYMENT.c.id), PAYMENT.c.compare_at < now - late).label("overdue"),
                    number(sa.func.count(WEBHOOK.c.event_id), waiting).label("webhooks_waiting"),
                    number(sa.func.count(WEBHOOK.c.event_id), WEBHOOK.c.outcome == "PARKED").label("webhooks_parked"),
                    number(sa.func.count(JOB.c.position), *given_up).label("jobs_given_up"),
                    sa.select(sa.func.max(RUN.c.last_at)).scalar_subquery().label("last_at"),
                    sa.select(age).where(waiting).scalar_subquery().label("oldest_webhook_seconds"),
                )
            )
            .mappings()
            .one()
        )
