"""Migration 0006 over a database with rows as the commit before 0006 wrote them."""

import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chassis.settings import with_driver
from chassis.transactions import job_queue
from chassis.transactions.migrate import migrate, migrations_of
from contracts.payments.reconciliation import FindingKind
from services.payments.domain.jobs import ConvergePayment

ROWS = (
    """
    INSERT INTO payment (id, booking_id, hotel, status, version, amount, currency, hold_expires_at)
    VALUES ('pay_1', 'BK-2026-AAAAAA', 'hotel-killarney', 'AUTHORIZED', 2, 15000, 'EUR', now()),
           ('pay_2', 'BK-2026-BBBBBB', 'hotel-killarney', 'CAPTURED', 3, 15000, 'EUR', now())
    """,
    """
    INSERT INTO standing (booking_id, hotel, stance, approved_payment, fee, fee_currency, why, since)
    VALUES ('BK-2026-AAAAAA', 'hotel-killarney', 'APPROVED', 'pay_1', NULL, NULL, 'BookingApproved', now()),
           ('BK-2026-BBBBBB', 'hotel-killarney', 'ENDED', NULL, 5000, 'EUR', 'BookingCancelled', now())
    """,
    """
    INSERT INTO charge_standing (payment_id, stance, fee, why, since)
    VALUES ('pay_2', 'ENDED', 700, 'BookingCancelled', now())
    """,
    """
    INSERT INTO job (key, kind, payload, traceparent)
    VALUES ('pursue:pay_1:capture:1', 'Pursue', '{"payment_id": "pay_1", "why": "BookingApproved"}', ''),
           ('pursue:pay_2:5f0c', 'Pursue', '{"payment_id": "pay_2", "why": "BookingCancelled"}', ''),
           ('expire:pay_1', 'ExpireSession', '{"payment_id": "pay_1"}', ''),
           ('webhook:evt_1', 'ApplyWebhook', '{"event_id": "evt_1"}', '')
    """,
    """
    INSERT INTO reconciliation (run, started_at, last_at, looked, found, repaired)
    VALUES ('r', now(), now(), 1, 3, 0)
    """,
    """
    INSERT INTO finding (run, kind, object_id, payment_id, booking_id, hotel, ours, theirs, repaired, found_at, seen_at)
    VALUES ('r', 'ERRAND_GIVEN_UP', 'pursue:pay_2:5f0c', 'pay_2', 'BK-2026-BBBBBB', 'h', 'x', '', false, now(), now()),
           ('r', 'ERRAND_GIVEN_UP', 'expire:pay_1', 'pay_1', 'BK-2026-AAAAAA', 'h', 'x', '', false, now(), now()),
           ('r', 'MONEY_KEPT', 'pi_1', 'pay_1', 'BK-2026-AAAAAA', 'h', 'x', '', false, now(), now())
    """,
)


@pytest.fixture(scope="module")
def migrated(new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    """A database that was filled at 0005 and then migrated to head."""
    url = new_database("payments")
    engine = sa.create_engine(with_driver(url, "psycopg2"))
    config = Config()
    config.set_main_option("script_location", str(migrations_of("payments")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for statement in ROWS:
            connection.exec_driver_sql(statement)
    migrate("payments", url)
    yield engine
    engine.dispose()


def rows(engine: sa.Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_stored_pursue_jobs_are_claimed_as_converge_payment_jobs(migrated: sa.Engine) -> None:
    with migrated.connect() as connection:
        now = connection.execute(sa.select(sa.func.now())).scalar_one()
        jobs = job_queue.claim(connection, ConvergePayment, ordered=False, most=10, now=now, began=time.monotonic())

    hotel = "hotel-killarney"
    assert [(job.key, job.payload) for job in jobs] == [
        ("converge:pay_1:capture:1", ConvergePayment(hotel=hotel, payment_id="pay_1", why="BookingApproved")),
        ("converge:pay_2:5f0c", ConvergePayment(hotel=hotel, payment_id="pay_2", why="BookingCancelled")),
    ]


def test_the_other_jobs_keep_their_kinds_and_keys(migrated: sa.Engine) -> None:
    others = rows(migrated, "SELECT kind, key FROM job WHERE kind <> 'ConvergePayment' ORDER BY position")

    assert others == [("ExpireSession", "expire:pay_1"), ("ApplyWebhook", "webhook:evt_1")]


def test_stored_findings_have_kinds_of_the_contract_and_the_new_job_keys(migrated: sa.Engine) -> None:
    findings = rows(migrated, "SELECT kind, object_id FROM finding ORDER BY position")

    assert findings == [
        (FindingKind.JOB_GIVEN_UP, "converge:pay_2:5f0c"),
        (FindingKind.JOB_GIVEN_UP, "expire:pay_1"),
        (FindingKind.MONEY_KEPT, "pi_1"),
    ]


def test_standings_are_the_desired_states_of_bookings_and_of_balance_payments(migrated: sa.Engine) -> None:
    of_bookings = rows(migrated, "SELECT booking_id, phase, approved_payment, fee FROM desired_state ORDER BY 1")
    of_balance_payments = rows(migrated, "SELECT payment_id, phase, fee FROM balance_desired_state")

    assert of_bookings == [("BK-2026-AAAAAA", "APPROVED", "pay_1", None), ("BK-2026-BBBBBB", "ENDED", None, 5000)]
    assert of_balance_payments == [("pay_2", "ENDED", 700)]


def test_no_constraint_or_index_keeps_the_name_of_a_renamed_table(migrated: sa.Engine) -> None:
    names = rows(
        migrated, "SELECT conname FROM pg_constraint WHERE contype <> 'n' UNION SELECT indexname FROM pg_indexes"
    )

    assert [name for (name,) in names if "standing" in str(name)] == []
    assert ("desired_state_pkey",) in names
