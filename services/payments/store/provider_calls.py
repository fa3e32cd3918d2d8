"""The calls to the provider: request, key and result of each attempt."""

from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from services.payments.domain.provider_call import CallResult, CallState, ProviderCall
from services.payments.store.tables import PROVIDER_ACTION as ACTION

_CALL = tuple(ACTION.c[field.name] for field in fields(ProviderCall))


class SqlProviderCalls(SqlStore):
    """Writes calls. `SqlRecordedStates` reads them."""

    def begin(self, call: ProviderCall) -> ProviderCall:
        """Store an attempt before it is sent. Returns the stored attempt where an attempt with this key exists."""
        statement = insert(ACTION).values(**asdict(call))
        upsert = statement.on_conflict_do_update(
            index_elements=["hotel", "payment_id", "action", "attempt"], set_={"attempt": statement.excluded.attempt}
        )
        return ProviderCall(**self._connection.execute(upsert.returning(*_CALL)).one()._asdict())

    def finish(self, result: CallResult) -> None:
        """Store the result of an attempt. An attempt that is done stays done."""
        call = result.call
        of_payment = (ACTION.c.hotel == call.hotel) & (ACTION.c.payment_id == call.payment_id)
        same_action = of_payment & (ACTION.c.action == call.action)
        self._connection.execute(
            ACTION.update()
            .where(same_action, ACTION.c.attempt == call.attempt, ACTION.c.state != CallState.DONE)
            .values(state=result.state, code=result.code, object_id=result.object_id, answered_at=sa.func.now())
        )
