"""A migrated bookings database for the session, truncated for every test."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from tests.fakes.emptied import empty
from tests.interface.bookings.service_under_test import BookingsUnderTest

TABLES = (
    "booking", "booking_directory", "overstay", "guest", "access_code", "hold", "communication", "payment_fact",
    "ghost",
)  # fmt: skip
ABUSE = ("hold_count", "unusual_night", "room_plan_check")
IN_STAY = ("amendment", "chat_message", "chat_reading", "room_order", "lookup_request", "lookup_mail")
MAILBOX = ("outbox", "stream", "inbox", "inbox_position", "idempotency", "job", "audit", "remark")


@pytest.fixture(scope="session")
def engine(new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    url = new_database("bookings")
    migrate("bookings", url)
    made = sa.create_engine(with_driver(url, "psycopg2"), pool_size=20, pool_pre_ping=True)
    yield made
    made.dispose()


@pytest.fixture
def service(engine: sa.Engine) -> Iterator[BookingsUnderTest]:
    empty(engine, *TABLES, *ABUSE, *IN_STAY, *MAILBOX, counts="booking_count")
    yield BookingsUnderTest(engine)
    with engine.connect() as connection:  # every writer of the suite: no words of people, no name
        written = connection.execute(sa.text("SELECT what, why, by FROM audit WHERE why <> '' OR by ? 'name'")).all()
    assert written == []
