"""Payments towards a balance: one open session at a time, captured only when bookings accepts the payment."""

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.balance import BalanceSettled
from contracts.values import SYSTEM
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import HOTEL, eur

ADDED = eur(10900)


def authorised(service: PaymentsUnderTest) -> str:
    """A captured booking whose payment towards the balance is authorised."""
    booking_id = service.captured()
    service.set_balance(booking_id, ADDED)
    service.stripe.pay(service.open(booking_id).session_id)
    service.run_until_idle()
    return booking_id


def paid(service: PaymentsUnderTest) -> str:
    booking_id = authorised(service)
    service.accept_balance_payment(booking_id)
    service.run_until_idle()
    return booking_id


def amounts(service: PaymentsUnderTest, booking_id: str) -> list[tuple[str, int, int]]:
    rows = service.sql(
        "SELECT purpose, captured, refunded FROM payment WHERE booking_id = :id ORDER BY created_at", id=booking_id
    )
    return [(row["purpose"], row["captured"], row["refunded"]) for row in rows]


def ledger_matches_provider(service: PaymentsUnderTest, booking_id: str) -> bool:
    return sorted(service.ledger(booking_id)) == sorted(service.journal(booking_id))


def test_a_balance_gets_a_session_of_its_own_beside_the_paid_booking(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    assert service.open(booking_id).status == "paid"
    service.set_balance(booking_id, ADDED)

    first, again = service.open(booking_id), service.open(booking_id)

    assert (first.status, again.status, first.amount) == ("created", "existing", ADDED)
    assert first.session_id == again.session_id
    assert [row[0] for row in amounts(service, booking_id)] == ["BOOKING", "EXTENSION"]


def test_a_balance_payment_is_captured_once_bookings_accepts_and_not_before(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)
    assert (service.status(booking_id), service.open(booking_id).status) == ("AUTHORIZED", "paid")
    assert service.calls(booking_id, "capture") == [(1, "DONE")]  # the booking's own

    service.accept_balance_payment(booking_id)
    service.run_until_idle()

    assert service.status(booking_id) == "CAPTURED"
    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("EXTENSION", 10900, 0)]
    assert ledger_matches_provider(service, booking_id)


def test_a_balance_payment_that_bookings_refuses_is_voided(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)

    service.refuse_balance_payment(booking_id)
    service.run_until_idle()

    assert service.status(booking_id) == "VOIDED"
    assert service.ledger(booking_id)[-2:] == [("authorise", 10900), ("void", 10900)]
    assert amounts(service, booking_id)[0] == ("BOOKING", 15000, 0)
    assert ledger_matches_provider(service, booking_id)


def test_a_balance_payment_is_captured_once_despite_repeated_events(service: PaymentsUnderTest) -> None:
    booking_id = paid(service)

    service.accept_balance_payment(booking_id)
    for delivery in list(service.inbox.deliveries):
        service.store_webhook(*delivery)
    service.run_until_idle()

    assert service.events(booking_id).count("PaymentCaptured") == 2  # the booking's and the balance's
    assert ledger_matches_provider(service, booking_id)


def test_a_second_balance_gets_a_new_session_after_the_first_is_paid(service: PaymentsUnderTest) -> None:
    booking_id = paid(service)
    service.set_balance(booking_id, eur(5000))

    assert service.open(booking_id).status == "created"


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        (25900, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 0)]),
        (18000, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 7900)]),
        (15000, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 10900)]),
        (4000, [("BOOKING", 15000, 11000), ("EXTENSION", 10900, 10900)]),
        (0, [("BOOKING", 15000, 15000), ("EXTENSION", 10900, 10900)]),
    ],
)
def test_the_fee_of_a_cancelled_stay_is_kept_once_over_both_payments(
    service: PaymentsUnderTest, fee: int, expected: list[tuple[str, int, int]]
) -> None:
    booking_id = paid(service)

    service.cancel(booking_id, fee=fee)
    service.run_until_idle()

    assert amounts(service, booking_id) == expected
    assert sum(captured - refunded for _, captured, refunded in amounts(service, booking_id)) == fee
    assert ledger_matches_provider(service, booking_id)


def test_the_amount_owed_besides_the_fee_is_kept_of_the_balance_payment(service: PaymentsUnderTest) -> None:
    booking_id = paid(service)

    service.cancel(booking_id, fee=4000, besides=2500)
    service.run_until_idle()

    assert amounts(service, booking_id) == [("BOOKING", 15000, 11000), ("EXTENSION", 10900, 8400)]
    assert ledger_matches_provider(service, booking_id)


def test_the_open_balance_session_of_a_cancelled_stay_is_closed(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.set_balance(booking_id, ADDED)
    service.open(booking_id)

    service.cancel(booking_id, fee=15000)
    service.run_until_idle()

    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert amounts(service, booking_id)[0] == ("BOOKING", 15000, 0)


def test_the_authorised_balance_payment_of_a_cancelled_stay_is_voided(service: PaymentsUnderTest) -> None:
    booking_id = authorised(service)

    service.cancel(booking_id, fee=15000)
    service.run_until_idle()

    assert service.status(booking_id) == "VOIDED"
    assert ledger_matches_provider(service, booking_id)


def test_a_desk_settlement_closes_a_session_only_for_more_than_the_rest(
    service: PaymentsUnderTest,
) -> None:
    booking_id = service.captured()
    service.set_balance(booking_id, ADDED)
    service.open(booking_id)

    for left, status in ((10900, "SESSION_OPEN"), (900, "SESSION_EXPIRED")):
        service.publish(
            BalanceSettled(
                booking_id=booking_id,
                hotel=HOTEL,
                amount=eur(10000),
                balance_due=eur(left),
                settled_at=service.now(),
                settled_by=SYSTEM,
            )
        )
        service.run_until_idle()
        assert service.status(booking_id) == status


def test_a_changed_balance_gets_a_new_session(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.set_balance(booking_id, ADDED)
    old = service.open(booking_id)
    service.set_balance(booking_id, eur(21800))

    new = service.open(booking_id)

    assert (new.status, new.amount, new.session_id != old.session_id) == ("created", eur(21800), True)


def test_a_booking_without_a_balance_gets_no_session(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.set_balance(booking_id, ADDED)
    service.make_unpayable(booking_id)

    with pytest.raises(Refusal) as caught:
        service.open(booking_id)

    assert caught.value.code == "BOOKING_NOT_PAYABLE"


INSERT_PAYMENT = """
    INSERT INTO payment (id, booking_id, hotel, status, version, amount, currency, hold_expires_at, purpose)
    VALUES (:name, :id, 'hotel-killarney', :status, 1, 100, 'EUR', now(), :purpose)
"""


@pytest.mark.parametrize(
    ("purpose", "status", "index"),
    [
        ("EXTENSION", "SESSION_OPEN", "payment_one_unfinished_per_balance"),
        ("EXTENSION", "AUTHORIZED", "payment_one_unfinished_per_balance"),
        ("BOOKING", "SESSION_OPEN", "payment_one_live_per_booking"),
        ("BOOKING", "CAPTURED", "payment_one_live_per_booking"),
    ],
)
def test_the_unique_index_refuses_a_second_live_payment(
    service: PaymentsUnderTest, purpose: str, status: str, index: str
) -> None:
    booking_id = authorised(service)
    second = {"name": "pay_second", "id": booking_id, "status": status, "purpose": purpose}

    with pytest.raises(sa.exc.IntegrityError, match=index):
        service.sql(INSERT_PAYMENT, **second)

    with service.engine.connect() as connection:  # the negative control, rolled back
        connection.execute(sa.text(f"DROP INDEX {index}"))
        connection.execute(sa.text(INSERT_PAYMENT), second)
        connection.rollback()
