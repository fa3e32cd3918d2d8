"""Payments of a purpose that this process does not know: another version of the service has begun them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.payments.steps import kept_money
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import HOTEL, eur
from tests.interface.payments.test_balance import amounts
from tests.interface.payments.test_changes_paid_first import change_waits
from tests.interface.payments.webhook_bodies import stored

OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
KNOWN = "CHECK (purpose IN ('BOOKING', 'EXTENSION', 'CHANGE', 'UNREQUESTED'))"
OF_A_CHANGE = "CHECK ((purpose = 'CHANGE') = (change_id IS NOT NULL))"


@contextmanager
def unknown(service: PaymentsUnderTest) -> Iterator[None]:
    """The payment for a change has a purpose that no code here knows, as `CHANGE` is unknown to earlier versions."""
    service.sql("ALTER TABLE payment DROP CONSTRAINT payment_purpose_is_known, DROP CONSTRAINT payment_for_a_change")
    service.sql("UPDATE payment SET purpose = 'OTHER' WHERE purpose = 'CHANGE'")
    try:
        yield
    finally:
        service.sql("UPDATE payment SET purpose = 'CHANGE' WHERE purpose = 'OTHER'")
        service.sql(f"""
            ALTER TABLE payment ADD CONSTRAINT payment_purpose_is_known {KNOWN},
            ADD CONSTRAINT payment_for_a_change {OF_A_CHANGE}
        """)


def test_the_webhooks_of_a_payment_of_unknown_purpose_wait_and_are_applied_later(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    change_waits(service, booking_id)
    session = service.open(booking_id)
    other = service.book()
    paid = service.open(other)
    before = set(stored(service))

    with unknown(service):
        service.stripe.pay(session.session_id)
        service.stripe.pay(paid.session_id)
        service.deliver_webhooks()
        service.run_jobs(skip_delays=False)

        assert {outcome for _, outcome in set(stored(service)) - before} == {"STORED", "APPLIED", "IGNORED"}
        assert service.sql("SELECT count(*) AS n FROM job WHERE gave_up_at IS NOT NULL") == [{"n": 0}]
        assert service.status(other) == "AUTHORIZED"  # other bookings are not held up

    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()
    service.accept_balance_payment(booking_id)
    service.run_until_idle()
    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 0)]


def test_an_accepted_payment_of_unknown_purpose_is_captured_later(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    change_waits(service, booking_id)
    service.stripe.pay(service.open(booking_id).session_id)
    service.run_until_idle()

    with unknown(service):
        service.accept_balance_payment(booking_id)
        service.run_jobs(skip_delays=False)
        assert ("capture", 10900) not in service.journal(booking_id)

    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()
    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 0)]


def test_a_page_for_a_change_is_not_answered_wrongly(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    change_waits(service, booking_id)
    first = service.open(booking_id)

    with unknown(service), pytest.raises(LookupError):  # the caller is told that the service is unavailable
        service.verify(booking_id, first.session_id)

    assert service.open(booking_id).session_id == first.session_id


def test_a_captured_change_is_returned_as_a_payment_towards_the_balance_after_a_roll_back(
    service: PaymentsUnderTest,
) -> None:
    """By the statement of *Roll back* in docs/operations.md."""
    booking_id = service.captured()
    change_waits(service, booking_id)
    service.stripe.pay(service.open(booking_id).session_id)
    service.run_until_idle()
    service.accept_balance_payment(booking_id)
    service.run_until_idle()
    statement = "update payment set purpose = 'EXTENSION', change_id = null where purpose = 'CHANGE'"
    assert f"`{statement}`" in OPERATIONS.read_text()

    service.sql(statement)
    with service.begin() as work:
        kept_money.keep(HOTEL, booking_id, eur(15000), work, why="a test")
    service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("EXTENSION", 10900, 10900)]
