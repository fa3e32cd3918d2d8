"""Payments for a change of a stay: one page for one change, captured once, and returned if the change is not made."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.refusal import Unavailable
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeLapse, StayChangeLapsed
from contracts.payments.events import PaymentPurpose
from services.payments.steps import kept_money
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import HOTEL, eur
from tests.interface.payments.test_balance import amounts, ledger_matches_provider

DIFFERENCE = eur(10900)
FIRST, SECOND = "BK-1~first", "BK-1~second"


def change_waits(service: PaymentsUnderTest, booking_id: str, change_id: str = FIRST) -> None:
    service.payables[booking_id] = replace(
        service.payables[booking_id],
        amount=DIFFERENCE,
        status=BookingStatus.CONFIRMED,
        expires_at=service.now() + timedelta(minutes=15),
        payable=True,
        purpose=PaymentPurpose.CHANGE,
        change_id=change_id,
    )


def authorised(service: PaymentsUnderTest) -> str:
    """A captured booking whose payment for a change is authorised."""
    booking_id = service.captured()
    change_waits(service, booking_id)
    service.stripe.pay(service.open(booking_id).session_id)
    service.run_until_idle()
    return booking_id


def lapses(service: PaymentsUnderTest, booking_id: str, change_id: str = FIRST) -> None:
    service.publish(
        StayChangeLapsed(
            booking_id=booking_id,
            hotel=HOTEL,
            change_id=change_id,
            amount=DIFFERENCE,
            reason=ChangeLapse.NOT_PAID,
            lapsed_at=service.now(),
        )
    )
    service.run_until_idle()


def test_the_authorisation_names_the_change_and_is_captured_once_bookings_accepts(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    events = service.sql("SELECT data FROM outbox WHERE type = 'payments.PaymentAuthorized.v1' ORDER BY position")
    assert [event["data"]["change_id"] for event in events] == [None, FIRST]
    assert service.status(booking_id) == "AUTHORIZED"

    service.accept_balance_payment(booking_id)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 0)]
    assert ledger_matches_provider(service, booking_id)


def test_a_change_that_lapses_has_its_page_closed(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    change_waits(service, booking_id)
    service.open(booking_id)

    lapses(service, booking_id, SECOND)
    assert service.status(booking_id) == "SESSION_OPEN"
    lapses(service, booking_id)
    assert service.status(booking_id) == "SESSION_EXPIRED"


def test_a_payment_for_a_change_that_lapses_is_voided(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)

    lapses(service, booking_id)

    assert service.status(booking_id) == "VOIDED"
    assert ledger_matches_provider(service, booking_id)


def test_a_captured_payment_for_a_change_that_is_not_made_is_refunded_whole(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    service.refuse_balance_payment(booking_id)
    service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 10900)]
    assert ledger_matches_provider(service, booking_id)


def test_what_a_booking_keeps_is_not_taken_from_a_change_that_is_not_made(service: PaymentsUnderTest) -> None:
    """The hotel keeps more than the booking's own payment has: the money of the change is not there for it."""
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()
    service.refuse_balance_payment(booking_id)

    with service.begin() as work:
        kept_money.keep(HOTEL, booking_id, eur(20000), work, why="a test")
    service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 10900)]


def test_a_change_that_was_made_is_refunded_first(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    for keeps in (20000, 16000, 14000):
        with service.begin() as work:
            kept_money.keep(HOTEL, booking_id, eur(keeps), work, why="a test")
        service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 1000), ("CHANGE", 10900, 10900)]
    assert ledger_matches_provider(service, booking_id)


def test_another_change_of_the_same_amount_gets_a_page_of_its_own(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    change_waits(service, booking_id)
    first = service.open(booking_id)
    change_waits(service, booking_id, SECOND)

    second = service.open(booking_id)

    assert first.session_id != second.session_id
    statuses = service.sql("SELECT change_id, status FROM payment WHERE purpose = 'CHANGE' ORDER BY created_at")
    assert [(row["change_id"], row["status"]) for row in statuses] == [
        (FIRST, "SESSION_EXPIRED"),
        (SECOND, "SESSION_OPEN"),
    ]


def test_no_page_opens_while_the_money_of_an_earlier_change_is_on_its_way_back(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    change_waits(service, booking_id, SECOND)

    with pytest.raises(Unavailable):
        service.open(booking_id)
    lapses(service, booking_id)

    assert service.open(booking_id).status == "created"


COPY = sa.text("""
INSERT INTO payment (hotel, id, booking_id, currency, purpose, status, version, amount, captured, refunded, superseded,
    hold_expires_at, created_at, changed_at, compare_at, change_id)
SELECT hotel, 'pay_2', booking_id, currency, purpose, 'CAPTURED', 1, amount, 0, 0, false, hold_expires_at,
    created_at, changed_at, compare_at, change_id
FROM payment WHERE purpose = 'CHANGE'
""")


def test_the_database_allows_one_capture_of_one_difference(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    with (
        pytest.raises(sa.exc.IntegrityError, match="payment_one_live_per_change"),
        service.engine.begin() as connection,
    ):
        connection.execute(COPY)


def test_without_the_index_one_difference_could_be_captured_twice(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    with service.engine.connect() as connection, connection.begin() as without:
        connection.execute(sa.text("DROP INDEX payment_one_live_per_change"))
        assert connection.execute(COPY).rowcount == 1
        without.rollback()
