"""Which payments are to be compared with the provider, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.transactions.tables import JOB
from contracts.values import Money
from services.payments.domain.movements import Kind
from services.payments.store.tables import LEDGER, PAYMENT


class SqlComparisons:
    """Each method is one statement."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[str]:
        """The payments whose time has come, taken for a while; nobody waits for anybody."""
        due = sa.select(PAYMENT.c.id).where(PAYMENT.c.compare_at <= now).order_by(PAYMENT.c.compare_at).limit(limit)
        mine = due.with_for_update(skip_locked=True).cte("mine")
        taken = PAYMENT.update().where(PAYMENT.c.id == mine.c.id)
        return self._connection.execute(taken.values(compare_at=now + lease).returning(PAYMENT.c.id)).scalars().all()

    def changed_at(self, payment_id: str) -> datetime:
        """When the payment last changed."""
        chosen = sa.select(PAYMENT.c.changed_at).where(PAYMENT.c.id == payment_id)
        found: datetime = self._connection.execute(chosen).scalar_one()
        return found

    def again_at(self, payment_id: str, at: datetime | None) -> None:
        """When to compare it next; None: it is at rest."""
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment_id).values(compare_at=at))

    def page(
        self, *, hotel: str | None, booking_id: str | None, since: datetime | None, after: str | None, limit: int
    ) -> Sequence[str]:
        """The ids of so many payments, in their order."""
        chosen = sa.select(PAYMENT.c.id).where(_wanted(hotel, booking_id, since), PAYMENT.c.id > (after or ""))
        return self._connection.execute(chosen.order_by(PAYMENT.c.id).limit(limit)).scalars().all()

    def count(self, *, hotel: str | None, booking_id: str | None, since: datetime | None) -> int:
        """How many there are in all."""
        counted = sa.select(sa.func.count()).select_from(PAYMENT).where(_wanted(hotel, booking_id, since))
        return int(self._connection.execute(counted).scalar_one())

    def booked(self, payment_id: str) -> Mapping[tuple[Kind, str], Money]:
        """The payment's ledger rows."""
        rows = self._connection.execute(sa.select(LEDGER).where(LEDGER.c.payment_id == payment_id))
        return {(Kind(row.kind), row.provider_id): Money(row.amount, row.currency) for row in rows}

    def known(self, payment_ids: Sequence[str], intent_ids: Sequence[str]) -> Sequence[sa.RowMapping]:
        """The payments that these names of ours or the provider's point to: id, booking, hotel, session, intent."""
        columns = (PAYMENT.c.id, PAYMENT.c.booking_id, PAYMENT.c.hotel, PAYMENT.c.session_id, PAYMENT.c.intent_id)
        named = PAYMENT.c.id.in_(payment_ids) | PAYMENT.c.intent_id.in_(intent_ids)
        return self._connection.execute(sa.select(*columns).where(named)).mappings().all()

    def given_up(self, kinds: Sequence[str], *, after: int, limit: int) -> Sequence[sa.RowMapping]:
        """Errands of these kinds that were given up, by position, with the payment each is for."""
        payment_id = JOB.c.payload["payment_id"].astext
        columns = (JOB.c.position, JOB.c.key, JOB.c.last_error, PAYMENT.c.id, PAYMENT.c.booking_id)
        chosen = (
            sa.select(*columns, PAYMENT.c.hotel)
            .join(PAYMENT, PAYMENT.c.id == payment_id)
            .where(JOB.c.kind.in_(kinds), JOB.c.gave_up_at.is_not(None), JOB.c.done_at.is_(None))
            .where(JOB.c.position > after)
        )
        return self._connection.execute(chosen.order_by(JOB.c.position).limit(limit)).mappings().all()

    def done_after_all(self, position: int) -> None:
        """What an errand was for has been done."""
        self._connection.execute(JOB.update().where(JOB.c.position == position).values(done_at=sa.func.now()))


def _wanted(hotel: str | None, booking_id: str | None, since: datetime | None) -> sa.ColumnElement[bool]:
    conditions = [
        PAYMENT.c.hotel == hotel if hotel else None,
        PAYMENT.c.booking_id == booking_id if booking_id else None,
        PAYMENT.c.changed_at >= since if since else None,
    ]
    return sa.and_(sa.true(), *(condition for condition in conditions if condition is not None))
