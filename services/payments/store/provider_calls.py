"""The calls to the provider: request, key and result of each attempt."""

from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.records import WriteLate as Write
from chassis.transactions.store import SqlStore
from services.payments.domain.provider_call import CallResult, ProviderCall
from services.payments.store.tables import PROVIDER_ACTION as ACTION

_CALL = tuple(ACTION.c[field.name] for field in fields(ProviderCall))
_NEW = insert(ACTION).values({column.name: sa.bindparam(column.name, type_=column.type) for column in _CALL})
_BEGIN = _NEW.on_conflict_do_update(
    index_elements=["hotel", "payment_id", "action", "attempt"], set_={"attempt": _NEW.excluded.attempt}
).returning(*_CALL)
FINISH = """
UPDATE provider_action
SET state = :call_state, code = :call_code, object_id = :call_object_id, answered_at = now()
WHERE hotel = :call_hotel AND payment_id = :call_payment_id AND action = :call_action AND attempt = :call_attempt
    AND state <> 'DONE' AND {after}
"""


class SqlProviderCalls(SqlStore):
    """Writes calls. `SqlRecordedStates` reads them."""

    def begin(self, call: ProviderCall) -> ProviderCall:
        """Store an attempt before it is sent. Returns the stored attempt where an attempt with this key exists."""
        row = {column.name: getattr(call, column.name) for column in _CALL}
        return ProviderCall(**self._connection.execute(_BEGIN, row).one()._asdict())

    def finish(self, result: CallResult, write: Write) -> None:
        """Store the result of an attempt. An attempt that is done stays done."""
        call = result.call
        row = {
            "call_state": result.state.value,
            "call_code": result.code,
            "call_object_id": result.object_id,
            "call_hotel": call.hotel,
            "call_payment_id": call.payment_id,
            "call_action": call.action,
            "call_attempt": call.attempt,
        }
        write(FINISH, row)
