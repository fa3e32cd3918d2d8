"""What attempts to sign in can make grow: each table of the gateway with its bound and its clean-up."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk

GROWS = {
    "staff_token": "one row per sign-in with the right password; an account's expired ones end with its next sign-in",
    "staff_device": "at most 20 rows per account",
    "staff_throttle": "one row per address that somebody tries within 15 minutes; deleted by sign-ins",
    "staff_audit": "one row per attempt that the rate limits let through, for 90 days",
}
CLOSED = {"staff_account", "alembic_version"}  # only operators and migrations add rows
OLD = "UPDATE staff_audit SET at = now() - interval '91 days'"
EVENTS = "SELECT event FROM staff_audit ORDER BY id"
FLOOD = """
    INSERT INTO staff_audit (at, event, network)
    SELECT now() - interval '91 days', 'SIGN_IN_FAILED', '198.51.100.7' FROM generate_series(1, 2500)
"""


@pytest.fixture
def desk(owner_url: str) -> Iterator[Desk]:
    """The accounts with the privileges of the role that owns the tables."""
    made = Desk(owner_url)
    yield made
    made.close()


@pytest.fixture
def running(url: str) -> Iterator[Desk]:
    """The accounts with the privileges of the running role."""
    made = Desk(url)
    yield made
    made.close()


def fill(desk: Desk, statement: str) -> None:
    """Run a statement without the clean-up."""
    desk.sql("ALTER TABLE staff_audit DISABLE TRIGGER staff_audit_is_bounded")
    desk.sql(statement)
    desk.sql("ALTER TABLE staff_audit ENABLE TRIGGER staff_audit_is_bounded")


def test_every_table_of_the_gateway_is_bounded_or_closed_to_strangers(owner_url: str) -> None:
    engine = sa.create_engine(with_driver(owner_url, "psycopg2"))

    assert set(sa.inspect(engine).get_table_names()) == GROWS.keys() | CLOSED
    engine.dispose()


def test_attempts_are_forgotten_after_90_days_and_changes_of_accounts_stay(desk: Desk, running: Desk) -> None:
    desk.add()
    running.fails()
    token = running.token()
    running.run(running.accounts.sign_out(token))
    desk.run(desk.administration.reset_password(EMAIL, PASSWORD))
    desk.sql(OLD)
    fill(desk, "INSERT INTO staff_audit (at, event, network) VALUES (now() - interval '89 days', 'SIGN_IN_FAILED', '')")

    running.fails()

    assert [event for (event,) in desk.sql(EVENTS)] == ["ADDED", "PASSWORD_RESET", "SIGN_IN_FAILED", "SIGN_IN_FAILED"]


def test_without_the_clean_up_attempts_stay(desk: Desk, running: Desk) -> None:
    desk.add()
    running.fails()
    desk.sql(OLD)
    desk.sql("DROP TRIGGER staff_audit_is_bounded ON staff_audit")

    running.fails()

    assert [event for (event,) in desk.sql(EVENTS)] == ["ADDED", "SIGN_IN_FAILED", "SIGN_IN_FAILED"]


def test_a_flood_of_attempts_that_are_old_ends_within_a_few_attempts(desk: Desk, running: Desk) -> None:
    desk.add()
    fill(desk, FLOOD)

    for _ in range(3):
        running.fails()

    assert [event for (event,) in desk.sql(EVENTS)] == ["ADDED", *["SIGN_IN_FAILED"] * 3]


def test_no_attempt_waits_for_the_clean_up_of_another(desk: Desk, running: Desk) -> None:
    desk.add()
    fill(desk, FLOOD)
    with psycopg.connect(desk.url) as other:
        other.execute("INSERT INTO staff_audit (event, network) VALUES ('SIGN_IN_FAILED', '')")
        with psycopg.connect(running.url) as meanwhile:
            meanwhile.execute("SET lock_timeout = '1s'")
            meanwhile.execute("INSERT INTO staff_audit (event, network) VALUES ('SIGN_IN_FAILED', '')")

    assert len(desk.sql(EVENTS)) == 1 + 500 + 2


def test_the_running_role_makes_no_attempt_old(desk: Desk, running: Desk) -> None:
    desk.add()
    running.fails()

    for statement in (OLD, "DELETE FROM staff_audit", "SELECT delete_old_attempts()"):
        with pytest.raises(psycopg.Error):
            running.sql(statement)

    assert len(desk.sql(EVENTS)) == 2
