"""One effect per Idempotency-Key: a key is leased to one request, and the reply is stored with the effect.

The lease of a claim is renewed while its request runs, and ends with the process. A refusal deletes the claim. After
any other failure the row stays with the request's fingerprint, because the effect may still come: the row is then taken
over by the same request only.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.checks import failed, required
from chassis.transactions.records import WriteLate
from chassis.transactions.tables import IDEMPOTENCY

LEASE = timedelta(seconds=5)
RENEW_EVERY = 1.5
RETENTION = timedelta(hours=24)

_NOW = sa.func.now()
_LEASED_UNTIL = _NOW + sa.bindparam("lease", type_=sa.Interval)
_INSERT = insert(IDEMPOTENCY)
_ENDED = IDEMPOTENCY.c.answer.is_(None) & (IDEMPOTENCY.c.claimed_until <= _NOW)
_SAME = IDEMPOTENCY.c.fingerprint == _INSERT.excluded.fingerprint
_OLD = IDEMPOTENCY.c.created_at < _NOW - RETENTION
_TAKE = (
    _INSERT.values(
        key=sa.bindparam("key"),
        fingerprint=sa.bindparam("fingerprint"),
        holder=sa.bindparam("holder"),
        claimed_until=_LEASED_UNTIL,
    )
    .on_conflict_do_update(
        index_elements=["key"],
        set_={
            "fingerprint": _INSERT.excluded.fingerprint,
            "holder": _INSERT.excluded.holder,
            "claimed_until": _INSERT.excluded.claimed_until,
            "created_at": sa.case((_OLD, _NOW), else_=IDEMPOTENCY.c.created_at),
            "memo": sa.case((_OLD, sa.null()), else_=IDEMPOTENCY.c.memo),
            "answer": None,
        },
        where=(_ENDED & _SAME) | _OLD,
    )
    .returning(IDEMPOTENCY.c.created_at, IDEMPOTENCY.c.memo, _NOW.label("now"))
)
_READ = sa.select(IDEMPOTENCY, _NOW.label("now")).where(IDEMPOTENCY.c.key == sa.bindparam("of_key"))
_HELD = (IDEMPOTENCY.c.key == sa.bindparam("of_key")) & (IDEMPOTENCY.c.holder == sa.bindparam("by_holder"))
_OPEN = _HELD & IDEMPOTENCY.c.answer.is_(None)
_RENEW = IDEMPOTENCY.update().where(_OPEN).values(claimed_until=_LEASED_UNTIL)
_END = IDEMPOTENCY.update().where(_OPEN).values(claimed_until=_NOW)
_LOST = "claim lost"
# An update alone would be lost silently where the row is gone. Only the holder of a claim deletes its row while it is
# recent: a reply without a row is stored by a new one, and a claim that another holder has fails the check.
STORE = f"""
    INSERT INTO idempotency AS claim (key, fingerprint, holder, claimed_until, answer)
    SELECT CAST(:claim_key AS text), CAST(:claim_fingerprint AS text), CAST(:claim_holder AS text), now(),
        CAST(:claim_reply AS jsonb)
    WHERE {{after}}
    ON CONFLICT (key) DO UPDATE SET answer = excluded.answer
    WHERE {required("claim.holder = excluded.holder AND claim.answer IS NULL", _LOST)}
"""
_REMEMBER = IDEMPOTENCY.update().where(_OPEN).values(memo=sa.bindparam("note"))
_FORGET = IDEMPOTENCY.delete().where(_OPEN)
_ANSWER = _INSERT.values(
    key=sa.bindparam("key"),
    fingerprint=sa.bindparam("fingerprint"),
    answer=sa.bindparam("answer"),
    claimed_until=_NOW,
).on_conflict_do_update(
    index_elements=["key"],
    set_={"answer": _INSERT.excluded.answer},
    where=IDEMPOTENCY.c.answer.is_(None) & _SAME,
)


@dataclass(frozen=True)
class Claim:
    """The right to carry out the request with this key. `holder` fences every write against a holder that was frozen.

    `since` (wall time, UTC) is the time of the first attempt, and `age` the seconds from then until this claim; more
    than zero means that an earlier attempt failed or crashed. `memo` is what that attempt stored for this one.
    """

    key: str
    fingerprint: str
    holder: str
    since: datetime
    age: float = 0.0
    memo: Any = None

    @property
    def taken_over(self) -> bool:
        """Whether an earlier attempt failed or crashed."""
        return self.age > 0

    @property
    def _row(self) -> dict[str, str]:
        return {"of_key": self.key, "by_holder": self.holder}


@dataclass(frozen=True)
class StoredReply:
    """The stored reply to an earlier request with the same key, as plain data."""

    reply: Any


def take(connection: sa.Connection, key: str, fingerprint: str) -> Claim | StoredReply:
    """Claim the key, or return the reply that is stored for the key.

    Raises `Refusal` `IDEMPOTENCY_KEY_REUSED` for a key that came with another request, and `IDEMPOTENCY_IN_PROGRESS`
    while the first request is running; `retry_after` is the rest of its lease, in seconds. Waits until an open
    transaction with the same key ends.
    """
    holder = uuid4().hex
    params = {"key": key, "fingerprint": fingerprint, "holder": holder, "lease": LEASE}
    row = None
    while (
        row is None
    ):  # in autocommit mode, a row that keeps the key from being claimed may be deleted before it is read
        if claimed := connection.execute(_TAKE, params).first():
            age = (claimed.now - claimed.created_at).total_seconds()
            return Claim(key, fingerprint, holder, since=claimed.created_at, age=age, memo=claimed.memo)
        row = connection.execute(_READ, {"of_key": key}).first()
    if row.fingerprint != fingerprint:
        raise reused()
    if row.answer is None:
        seconds = max(1, math.ceil((row.claimed_until - row.now).total_seconds()))
        message = "A request with this Idempotency-Key is still running."
        raise Refusal("IDEMPOTENCY_IN_PROGRESS", message, retry_after=seconds)
    return StoredReply(row.answer)


def renew(connection: sa.Connection, claim: Claim) -> None:
    """Renew the lease, unless another process has taken the claim over. Raises `Unavailable` after a loss."""
    if not connection.execute(_RENEW, {**claim._row, "lease": LEASE}).rowcount:
        raise lost()


def remember(connection: sa.Connection, claim: Claim, memo: Any) -> None:
    """Store plain data for a repetition of the request. Raises `Unavailable` where the claim was lost."""
    if not connection.execute(_REMEMBER, {**claim._row, "note": memo}).rowcount:
        raise lost()


def store(write_late: WriteLate, claim: Claim, reply: Any) -> None:
    """Store the reply, plain, with what else its effect writes late. Where the claim was lost, `storing` raises."""
    about = {"claim_key": claim.key, "claim_fingerprint": claim.fingerprint, "claim_holder": claim.holder}
    write_late(STORE, {**about, "claim_reply": codec.encode(reply).decode()})


@contextmanager
def storing() -> Iterator[None]:
    """A block with a transaction that stores a reply; it is rolled back with `Unavailable` where the claim was lost."""
    try:
        yield
    except sa.exc.DataError as problem:
        if failed(problem, _LOST):
            raise lost() from problem
        raise


def answer(connection: sa.Connection, *, key: str, fingerprint: str, reply: Any) -> None:
    """Store the reply to a request that another process or a timer has completed, whoever holds the claim."""
    connection.execute(_ANSWER, {"key": key, "fingerprint": fingerprint, "answer": reply})


def stored_reply(connection: sa.Connection, *, key: str, fingerprint: str) -> Any | None:
    """The reply that is stored for the request; None while there is none."""
    row = connection.execute(_READ, {"of_key": key}).first()
    return row.answer if row and row.fingerprint == fingerprint else None


def release(connection: sa.Connection, claim: Claim) -> None:
    """Give up the claim of a refused request.

    A claim that was taken over stays without a lease, because its first holder may have begun what is still to end.
    """
    connection.execute(_END if claim.taken_over else _FORGET, claim._row)


def end_lease(connection: sa.Connection, claim: Claim) -> None:
    """End the lease at once, so that the same request can be sent again."""
    connection.execute(_END, claim._row)


def forget(connection: sa.Connection, claim: Claim) -> None:
    """Delete the claim of a request that had no effect. Raises `Unavailable` where the claim was lost."""
    if not connection.execute(_FORGET, claim._row).rowcount:
        raise lost()


def reused() -> Refusal:
    """The refusal of a key that came with another request before."""
    return Refusal("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another request.")


def lost() -> Unavailable:
    """The error of a request whose claim another process has taken over; the transaction must be rolled back."""
    return Unavailable("another process carries out the request with this Idempotency-Key")
