"""The time of each payment's next comparison with the provider, and the rows that a comparison needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.transactions.tables import JOB
from contracts.values import Money
from services.payments.domain.movements import MovementKind
from services.payments.store.tables import LEDGER, PAYMENT


class SqlReconciliation:
    """Reads and writes the data of reconciliation, with one statement per method."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[str]:
        """Lease up to `limit` payments whose comparison is due, except those that another process leases.

        Returns their ids.
        """
        due = sa.select(PAYMENT.c.id).where(PAYMENT.c.compare_at <= now).order_by(PAYMENT.c.compare_at).limit(limit)
        mine = due.with_for_update(skip_locked=True).cte("mine")
        leased = PAYMENT.update().where(PAYMENT.c.id == mine.c.id)
        return self._connection.execute(leased.values(compare_at=now + lease).returning(PAYMENT.c.id)).scalars().all()

    def changed_at(self, payment_id: str) -> datetime:
        """The time of the payment's last change, UTC."""
        query = sa.select(PAYMENT.c.changed_at).where(PAYMENT.c.id == payment_id)
        changed_at: datetime = self._connection.execute(query).scalar_one()
        return changed_at

    def schedule(self, payment_id: str, at: datetime | None) -> None:
        """Set the time (UTC) of the payment's next comparison. With None, the payment is no longer compared."""
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment_id).values(compare_at=at))

    def page(
        self, *, hotel: str | None, booking_id: str | None, since: datetime | None, after: str | None, limit: int
    ) -> Sequence[str]:
        """The ids of up to `limit` payments, in order of id."""
        query = sa.select(PAYMENT.c.id).where(_matches(hotel, booking_id, since), PAYMENT.c.id > (after or ""))
        return self._connection.execute(query.order_by(PAYMENT.c.id).limit(limit)).scalars().all()

    def count(self, *, hotel: str | None, booking_id: str | None, since: datetime | None) -> int:
        """The number of payments on all pages together."""
        query = sa.select(sa.func.count()).select_from(PAYMENT).where(_matches(hotel, booking_id, since))
        return int(self._connection.execute(query).scalar_one())

    def ledger_rows(self, payment_id: str) -> Mapping[tuple[MovementKind, str], Money]:
        """The amounts in the payment's ledger rows, by kind and provider id."""
        rows = self._connection.execute(sa.select(LEDGER).where(LEDGER.c.payment_id == payment_id))
        return {(MovementKind(row.kind), row.provider_id): Money(row.amount, row.currency) for row in rows}

    def find_payments(self, payment_ids: Sequence[str], intent_ids: Sequence[str]) -> Sequence[sa.RowMapping]:
        """The id, booking, hotel, session and intent of each payment that has one of these payment or intent ids."""
        columns = (PAYMENT.c.id, PAYMENT.c.booking_id, PAYMENT.c.hotel, PAYMENT.c.session_id, PAYMENT.c.intent_id)
        matches = PAYMENT.c.id.in_(payment_ids) | PAYMENT.c.intent_id.in_(intent_ids)
        return self._connection.execute(sa.select(*columns).where(matches)).mappings().all()

    def jobs_given_up(self, kinds: Sequence[str], *, after: int, limit: int) -> Sequence[sa.RowMapping]:
        """The given-up jobs of these kinds in order of position, each with its payment."""
        payment_id = JOB.c.payload["payment_id"].astext
        columns = (JOB.c.position, JOB.c.key, JOB.c.last_error, PAYMENT.c.id, PAYMENT.c.booking_id)
        query = (
            sa.select(*columns, PAYMENT.c.hotel)
            .join(PAYMENT, PAYMENT.c.id == payment_id)
            .where(JOB.c.kind.in_(kinds), JOB.c.gave_up_at.is_not(None), JOB.c.done_at.is_(None))
            .where(JOB.c.position > after)
        )
        return self._connection.execute(query.order_by(JOB.c.position).limit(limit)).mappings().all()

    def mark_job_done(self, position: int) -> None:
        """Mark a given-up job as done."""
        self._connection.execute(JOB.update().where(JOB.c.position == position).values(done_at=sa.func.now()))


def _matches(hotel: str | None, booking_id: str | None, since: datetime | None) -> sa.ColumnElement[bool]:
    conditions = [
        PAYMENT.c.hotel == hotel if hotel else None,
        PAYMENT.c.booking_id == booking_id if booking_id else None,
        PAYMENT.c.changed_at >= since if since else None,
    ]
    return sa.and_(sa.true(), *(condition for condition in conditions if condition is not None))
