"""A log line or a traceback may print any object: the `repr` of an object holds no secret and no person's words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.transactions.work import Work
from contracts.values import SYSTEM, Context

URL = "amqp://hotel:planted@broker/"


async def opened(_: Any) -> None: ...


def audited() -> Work:
    no_connection: Any = None
    work = Work(no_connection, now=datetime(2026, 1, 1, tzinfo=UTC), context=Context())
    work.audit(
        hotel="h", subject="BK-1", sequence=1, what="Note", by=SYSTEM, from_status=None, to_status=None, why="planted"
    )
    return work


@pytest.mark.parametrize(
    "thing",
    [
        AsyncioConnectionKeeper(URL, "relay", on_open=opened, on_lost=lambda: None),
        BlockingConnectionKeeper(URL, "asks", on_open=lambda _: None),
        audited(),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_repr_holds_neither_the_broker_s_password_nor_an_audit_note(thing: object) -> None:
    assert "planted" not in repr(thing)
