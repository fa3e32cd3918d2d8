"""The calls to the provider: request, key and result of each attempt."""

from collections.abc import Mapping
from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from chassis.transactions.store import SqlStore
from services.payments.domain.payment import PaymentKey
from services.payments.domain.provider_call import CallState, ProviderCall
from services.payments.store.tables import PROVIDER_ACTION as ACTION

_CALL = tuple(ACTION.c[field.name] for field in fields(ProviderCall))


class SqlProviderCalls(SqlStore):
    """Reads and writes calls."""

    def latest(self, payment: PaymentKey) -> Mapping[str, ProviderCall]:
        """The last attempt at each of the payment's actions, keyed by `action`."""
        newest_first = (
            sa.select(*_CALL)
            .where(ACTION.c.hotel == payment.hotel, ACTION.c.payment_id == payment.id)
            .ext(distinct_on(ACTION.c.action))
            .order_by(ACTION.c.action, ACTION.c.attempt.desc())
        )
        return {row.action: ProviderCall(**row._asdict()) for row in self._connection.execute(newest_first)}

    def begin(self, call: ProviderCall) -> ProviderCall:
        """Store an attempt before it is sent. Returns the stored attempt where an attempt with this key exists."""
        statement = insert(ACTION).values(**asdict(call))
        upsert = statement.on_conflict_do_update(
            index_elements=["hotel", "payment_id", "action", "attempt"], set_={"attempt": statement.excluded.attempt}
        )
        return ProviderCall(**self._connection.execute(upsert.returning(*_CALL)).one()._asdict())

    def finish(self, call: ProviderCall, state: CallState, *, code: str = "", object_id: str | None = None) -> None:
        """Store the result of an attempt. An attempt that is done stays done."""
        of_payment = (ACTION.c.hotel == call.hotel) & (ACTION.c.payment_id == call.payment_id)
        same_action = of_payment & (ACTION.c.action == call.action)
        self._connection.execute(
            ACTION.update()
            .where(same_action, ACTION.c.attempt == call.attempt, ACTION.c.state != CallState.DONE)
            .values(state=state, code=code, object_id=object_id, answered_at=sa.func.now())
        )
