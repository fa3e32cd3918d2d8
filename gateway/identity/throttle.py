"""Limits the failed attempts at one account, wherever they come from; counted in the database for all gateways."""

import hashlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.refusal import Refusal
from gateway.identity.database import AccountsDatabase
from gateway.identity.tables import THROTTLE

FAILURES = 10
WITHIN = timedelta(minutes=15)
PURGED_AT_ONCE = 100

_OVER = THROTTLE.c.began_at < sa.func.now() - WITHIN


class Throttle:
    """At most `FAILURES` failed attempts within `WITHIN` at each subject, which need not exist.

    An attempt counts as failed before it is judged, so that attempts at the same time cannot exceed the limit.
    """

    def __init__(self, database: AccountsDatabase, *, on: bool) -> None:
        self._database = database
        self._on = on

    async def begin(self, subject: str) -> None:
        """Count a failed attempt at `subject`; refused `RATE_LIMITED` where the limit is reached."""
        if not self._on:
            return
        counted = insert(THROTTLE).values(hash=_hash(subject), failures=1, began_at=sa.func.now())
        counted = counted.on_conflict_do_update(
            index_elements=[THROTTLE.c.hash],
            set_={
                "failures": sa.case((_OVER, 1), else_=sa.func.least(THROTTLE.c.failures, FAILURES) + 1),
                "began_at": sa.case((_OVER, sa.func.now()), else_=THROTTLE.c.began_at),
            },
        )
        seconds = sa.func.extract("epoch", THROTTLE.c.began_at + WITHIN - sa.func.now())
        [row] = await self._database.run(counted.returning(THROTTLE.c.failures, seconds.label("seconds")), again=False)
        if row.failures > FAILURES:
            raise Refusal("RATE_LIMITED", "Too many requests; try again later.", retry_after=max(1, int(row.seconds)))

    async def take_back(self, subject: str) -> None:
        """Take back an attempt that did not fail, and delete some counts that are over."""
        if not self._on:
            return
        fewer = sa.func.greatest(THROTTLE.c.failures - 1, 0)
        await self._database.run(THROTTLE.update().where(THROTTLE.c.hash == _hash(subject)).values(failures=fewer))
        over = sa.select(THROTTLE.c.hash).where(_OVER).limit(PURGED_AT_ONCE).with_for_update(skip_locked=True)
        await self._database.run(THROTTLE.delete().where(THROTTLE.c.hash.in_(over)))


def _hash(subject: str) -> Any:
    return hashlib.sha256(subject.encode()).digest()
