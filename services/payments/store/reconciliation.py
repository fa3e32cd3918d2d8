"""The rows of reconciliation: runs, findings, and the time of each payment's next comparison with the provider."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database.arrays import one_of, one_of_constants, one_row_of
from chassis.transactions.store import SqlStore
from chassis.transactions.tables import JOB
from contracts.payments.reconciliation import Reconcile, Reconciliation, ReconciliationFinding
from services.payments.domain.jobs import CONVERGING
from services.payments.domain.payment import PaymentKey
from services.payments.domain.webhook import WebhookOutcome
from services.payments.store.tables import DIRECTORY, FINDING, PAYMENT, RUN, WEBHOOK

LATE = timedelta(minutes=10)
_DAY = timedelta(days=1)
_LISTED = (DIRECTORY.c.hotel == PAYMENT.c.hotel) & (DIRECTORY.c.payment_id == PAYMENT.c.id)
_OPEN = FINDING.c.resolved_at.is_(None)
_IS_LEFT = one_row_of({"left_kinds": FINDING.c.kind, "left_objects": FINDING.c.object_id})
_GIVEN_UP = (one_of_constants(JOB.c.kind, CONVERGING), JOB.c.gave_up_at.is_not(None), JOB.c.done_at.is_(None))


class SqlReconciliation(SqlStore):
    """Reads and writes the rows of reconciliation.

    A finding that repeats updates its open row. A finding that no longer occurs is resolved.
    """

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[PaymentKey]:
        """Lease up to `limit` payments whose comparison is due; returns their keys. A leased payment is not due."""
        due = (
            sa.select(PAYMENT.c.hotel, PAYMENT.c.id)
            .where(PAYMENT.c.compare_at <= now)
            .order_by(PAYMENT.c.compare_at)
            .limit(limit)
        )
        mine = due.with_for_update(skip_locked=True).cte("mine")
        leased = PAYMENT.update().where(PAYMENT.c.hotel == mine.c.hotel, PAYMENT.c.id == mine.c.id)
        keys = leased.values(compare_at=now + lease).returning(PAYMENT.c.hotel, PAYMENT.c.id)
        return [PaymentKey(*row) for row in self._connection.execute(keys)]

    def changed_at(self, payment: PaymentKey) -> datetime:
        """The time (UTC) of the payment's last change."""
        query = sa.select(PAYMENT.c.changed_at).where(_is(payment))
        changed_at: datetime = self._connection.execute(query).scalar_one()
        return changed_at

    def schedule(self, payment: PaymentKey, at: datetime | None) -> None:
        """Set the time (UTC) of the payment's next comparison. If `at` is None, the payment is no longer compared."""
        self._connection.execute(PAYMENT.update().where(_is(payment)).values(compare_at=at))

    def page(self, command: Reconcile, *, limit: int) -> Sequence[PaymentKey]:
        """The keys of up to `limit` payments that the command covers, in order of id."""
        query = sa.select(PAYMENT.c.hotel, PAYMENT.c.id).join(DIRECTORY, _LISTED).where(*_in_scope(command))
        after = query.where(DIRECTORY.c.payment_id > (command.after or "")).order_by(DIRECTORY.c.payment_id)
        return [PaymentKey(*row) for row in self._connection.execute(after.limit(limit))]

    def count(self, command: Reconcile) -> int:
        """The number of payments that the command covers on all pages together."""
        query = sa.select(sa.func.count(PAYMENT.c.id)).where(*_in_scope(command))
        return self._connection.execute(query).scalar_one()

    def find_payments(self, payment_ids: Sequence[str], intent_ids: Sequence[str]) -> Sequence[sa.RowMapping]:
        """The id, booking, hotel, session and intent of each payment with one of `payment_ids` or of `intent_ids`."""
        columns = (PAYMENT.c.id, PAYMENT.c.booking_id, PAYMENT.c.hotel, PAYMENT.c.session_id, PAYMENT.c.intent_id)
        matches = one_of(DIRECTORY.c.payment_id, payment_ids) | one_of(DIRECTORY.c.intent_id, intent_ids)
        query = sa.select(*columns).join(DIRECTORY, _LISTED).where(matches)
        return self._connection.execute(query).mappings().all()

    def jobs_given_up(self, *, after: int, limit: int) -> Sequence[sa.RowMapping]:
        """Up to `limit` given-up convergence jobs after the position `after`, in order, each with its payment."""
        payment_id = JOB.c.payload["payment_id"].astext
        columns = (JOB.c.position, JOB.c.key, JOB.c.last_error, PAYMENT.c.id, PAYMENT.c.booking_id)
        query = (
            sa.select(*columns, PAYMENT.c.hotel)
            .join(PAYMENT, (PAYMENT.c.hotel == JOB.c.payload["hotel"].astext) & (PAYMENT.c.id == payment_id))
            .where(*_GIVEN_UP, JOB.c.position > after)
        )
        return self._connection.execute(query.order_by(JOB.c.position).limit(limit)).mappings().all()

    def mark_job_done(self, position: int) -> None:
        """Mark the given-up job at this position as done."""
        self._connection.execute(JOB.update().where(JOB.c.position == position).values(done_at=sa.func.now()))

    def add(self, run: str, findings: Sequence[ReconciliationFinding], *, looked: int, at: datetime) -> None:
        """Store the findings of a run. Adds `looked`, the number of payments just compared, to the run's count."""
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

    def resolve(self, payment: PaymentKey, left: Sequence[ReconciliationFinding], *, at: datetime) -> None:
        """Resolve the payment's open findings, except those that are also in `left`."""
        resolved = FINDING.update().where(FINDING.c.payment_id == payment.id, _OPEN, ~_IS_LEFT).values(resolved_at=at)
        params = {"left_kinds": [each.kind for each in left], "left_objects": [each.object_id for each in left]}
        self._connection.execute(resolved, params)

    def resolve_object(self, object_id: str, *, at: datetime) -> None:
        """Resolve the open findings about an object."""
        self._connection.execute(FINDING.update().where(FINDING.c.object_id == object_id, _OPEN).values(resolved_at=at))

    def state(self, now: datetime) -> Reconciliation:
        """The state of the reconciliation. A payment is overdue if its comparison was due more than `LATE` ago."""
        lately = RUN.c.last_at >= now - _DAY
        waiting = WEBHOOK.c.outcome == WebhookOutcome.STORED
        age = sa.func.extract("epoch", sa.func.clock_timestamp() - sa.func.min(WEBHOOK.c.received_at))

        def number(column: Any, *where: Any) -> Any:
            return sa.select(sa.func.coalesce(column, 0)).where(*where).scalar_subquery()

        figures = sa.select(
            number(sa.func.sum(RUN.c.looked), lately).label("looked"),
            number(sa.func.sum(RUN.c.found), lately).label("found"),
            number(sa.func.sum(RUN.c.repaired), lately).label("repaired"),
            number(sa.func.count(PAYMENT.c.id), PAYMENT.c.compare_at < now - LATE).label("overdue"),
            number(sa.func.count(), waiting).label("webhooks_waiting"),
            number(sa.func.count(), WEBHOOK.c.outcome == WebhookOutcome.PARKED).label("webhooks_parked"),
            number(sa.func.count(), *_GIVEN_UP).label("jobs_given_up"),
            sa.select(sa.func.max(RUN.c.last_at)).scalar_subquery().label("last_at"),
            sa.select(sa.cast(age, sa.Float)).where(waiting).scalar_subquery().label("oldest_webhook_seconds"),
        )
        row = self._connection.execute(figures).one()._asdict()
        open_findings = sa.select(FINDING.c.kind, sa.func.count()).where(_OPEN).group_by(FINDING.c.kind)
        open_by_kind = {str(kind): count for kind, count in self._connection.execute(open_findings).all()}
        return Reconciliation(findings_found=row.pop("found"), **row, open=open_by_kind)


def _is(payment: PaymentKey) -> sa.ColumnElement[bool]:
    return (PAYMENT.c.hotel == payment.hotel) & (PAYMENT.c.id == payment.id)


def _in_scope(command: Reconcile) -> Iterator[sa.ColumnElement[bool]]:
    if command.hotel:
        yield PAYMENT.c.hotel == command.hotel
    if command.booking_id:
        yield PAYMENT.c.booking_id == command.booking_id
    if command.since:
        yield PAYMENT.c.changed_at >= command.since
