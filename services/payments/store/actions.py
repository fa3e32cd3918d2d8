"""The calls that change something at the provider: what was asked, under which key, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.payments.store.tables import PROVIDER_ACTION as ACTION

SESSION, CAPTURE, REFUND = "session", "capture", "refund-"


class State(StrEnum):
    """Not answered yet; done; failed at the provider, who keeps that answer; refused for good."""

    OWED = "OWED"
    DONE = "DONE"
    FAILED = "FAILED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One attempt at one action of one payment. The same attempt is always the same request under the same key."""

    payment_id: str
    action: str
    attempt: int
    request: str
    state: State = State.OWED
    code: str = ""

    @property
    def key(self) -> str:
        """The idempotency key."""
        return f"{self.payment_id}:{self.action}:{self.attempt}"


class SqlActions:
    """Each method is one statement."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def latest(self, payment_id: str) -> Mapping[str, Call]:
        """The last attempt at each of the payment's actions, by action."""
        newest_first = (
            sa.select(ACTION)
            .where(ACTION.c.payment_id == payment_id)
            .ext(distinct_on(ACTION.c.action))
            .order_by(ACTION.c.action, ACTION.c.attempt.desc())
        )
        return {row.action: _call(row) for row in self._connection.execute(newest_first)}

    def begin(self, call: Call) -> Call:
        """Keep the request before it is sent for the first time; of an attempt that is there, what was kept then."""
        values = {
            "payment_id": call.payment_id,
            "action": call.action,
            "attempt": call.attempt,
            "request": call.request,
            "state": State.OWED,
        }
        statement = insert(ACTION).values(**values)
        kept = statement.on_conflict_do_update(
            index_elements=["payment_id", "action", "attempt"], set_={"attempt": statement.excluded.attempt}
        ).returning(ACTION)
        return _call(self._connection.execute(kept).one())

    def answered(self, call: Call, state: State, *, code: str = "", object_id: str | None = None) -> None:
        """Note what came of an attempt; what is done stays done."""
        this = (ACTION.c.payment_id == call.payment_id) & (ACTION.c.action == call.action)
        self._connection.execute(
            ACTION.update()
            .where(this, ACTION.c.attempt == call.attempt, ACTION.c.state != State.DONE)
            .values(state=state, code=code, object_id=object_id, answered_at=sa.func.now())
        )


def refusals(latest: Mapping[str, Call]) -> dict[str, str]:
    """The captures and refunds that the provider refused for good, by `capture` or the refund's id, with the code."""
    refused = {action: call.code for action, call in latest.items() if call.state is State.REFUSED}
    return {action.removeprefix(REFUND): code for action, code in refused.items()}


def _call(row: sa.Row[tuple[object, ...]]) -> Call:
    named = row._mapping
    return Call(
        payment_id=named["payment_id"],
        action=named["action"],
        attempt=named["attempt"],
        request=named["request"],
        state=State(named["state"]),
        code=named["code"],
    )
