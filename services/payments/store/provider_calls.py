"""The calls to the provider: request, key and result of each attempt."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.payments.domain.provider_call import CallState, ProviderCall
from services.payments.store.tables import PROVIDER_ACTION as ACTION


class SqlProviderCalls:
    """Reads and writes calls, with one statement per method."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def latest(self, payment_id: str) -> Mapping[str, ProviderCall]:
        """The last attempt at each of the payment's actions, by action."""
        newest_first = (
            sa.select(ACTION)
            .where(ACTION.c.payment_id == payment_id)
            .ext(distinct_on(ACTION.c.action))
            .order_by(ACTION.c.action, ACTION.c.attempt.desc())
        )
        return {row.action: _call(row) for row in self._connection.execute(newest_first)}

    def begin(self, call: ProviderCall) -> ProviderCall:
        """Store an attempt before it is sent; returns the stored attempt where one with the same key exists."""
        values = {
            "payment_id": call.payment_id,
            "action": call.action,
            "attempt": call.attempt,
            "request": call.request,
            "state": CallState.OWED,
        }
        statement = insert(ACTION).values(**values)
        upsert = statement.on_conflict_do_update(
            index_elements=["payment_id", "action", "attempt"], set_={"attempt": statement.excluded.attempt}
        ).returning(ACTION)
        return _call(self._connection.execute(upsert).one())

    def finish(self, call: ProviderCall, state: CallState, *, code: str = "", object_id: str | None = None) -> None:
        """Store the result of an attempt. An attempt that is done stays done."""
        same_action = (ACTION.c.payment_id == call.payment_id) & (ACTION.c.action == call.action)
        self._connection.execute(
            ACTION.update()
            .where(same_action, ACTION.c.attempt == call.attempt, ACTION.c.state != CallState.DONE)
            .values(state=state, code=code, object_id=object_id, answered_at=sa.func.now())
        )


def _call(row: sa.Row[tuple[object, ...]]) -> ProviderCall:
    values = row._mapping
    return ProviderCall(
        payment_id=values["payment_id"],
        action=values["action"],
        attempt=values["attempt"],
        request=values["request"],
        state=CallState(values["state"]),
        code=values["code"],
    )
