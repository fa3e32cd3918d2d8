"""A failed refund is retried when staff request it: as a new refund, once, for what is still owed."""

import pytest
import sqlalchemy as sa
import stripe

from services.payments.store.payments import SqlPayments
from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.failing_cards import Crash, CrashingCards, count_movements
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.test_balance import amounts
from tests.interface.payments.test_changes_paid_first import change_waits

FAILS = {"card": "4000000000005126"}
FAILED_BEFORE = sa.text("""
INSERT INTO payment SELECT (jsonb_populate_record(payment, jsonb_build_object(
    'id', id || '-old', 'status', 'FAILED', 'captured', 0, 'session_id', NULL, 'intent_id', NULL
))).* FROM payment WHERE id = :paid
""")
REFUND_OF_FAILED = sa.text("""
INSERT INTO refund (hotel, payment_id, id, position, amount, status, retried)
SELECT hotel, id || '-old', id || '-old-1', 1, 15000, 'FAILED', false FROM payment WHERE id = :paid
""")


def failed(service: PaymentsUnderTest, fee: int = 0) -> str:
    """A cancelled booking whose refund failed."""
    booking_id = service.captured(**FAILS)
    service.cancel(booking_id, fee=fee)
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()
    assert service.events(booking_id)[-1] == "RefundFailed"
    return booking_id


def accept_refunds(service: PaymentsUnderTest) -> None:
    """The card accepts refunds from now on."""
    service.stripe.fault("refund", starts="succeeded", times=None)


def test_a_failed_refund_is_published_with_the_refunded_total(service: PaymentsUnderTest) -> None:
    booking_id = failed(service)

    assert service.event(booking_id, "RefundFailed")["refunded_total"]["amount"] == 0


@pytest.mark.parametrize("fee", [0, 4000])
def test_a_failed_refund_is_retried_as_a_new_refund(service: PaymentsUnderTest, fee: int) -> None:
    booking_id = failed(service, fee)
    accept_refunds(service)

    service.retry_refund(booking_id)
    service.run_until_idle()

    assert service.events(booking_id)[-1] == "PaymentRefunded"
    assert service.status(booking_id) == ("PARTIALLY_REFUNDED" if fee else "REFUNDED")
    assert service.journal(booking_id)[-1] == ("refund", 15000 - fee)
    assert service.ledger(booking_id) == service.journal(booking_id)
    assert service.calls(booking_id, "refund-%") == [(1, "DONE"), (1, "DONE")]


def test_a_failed_refund_is_not_retried_without_staff(service: PaymentsUnderTest) -> None:
    """The negative control."""
    booking_id = failed(service)
    accept_refunds(service)

    service.cancel(booking_id)
    service.run_until_idle()

    assert count_movements(service, booking_id, "refund") == 1


def test_a_failed_refund_is_retried_once_for_two_requests(service: PaymentsUnderTest) -> None:
    booking_id = failed(service)
    accept_refunds(service)

    service.retry_refund(booking_id)
    service.retry_refund(booking_id)
    service.run_until_idle()
    service.retry_refund(booking_id)
    service.run_until_idle()

    assert count_movements(service, booking_id, "refund") == 2
    assert service.events(booking_id)[3:] == ["RefundFailed", "PaymentRefunded"]


def test_a_retried_refund_that_fails_waits_for_staff_again(service: PaymentsUnderTest) -> None:
    booking_id = failed(service)

    service.retry_refund(booking_id)
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()
    accept_refunds(service)
    service.retry_refund(booking_id)
    service.run_until_idle()

    assert service.events(booking_id).count("RefundFailed") == 2
    assert service.status(booking_id) == "REFUNDED"
    assert service.ledger(booking_id) == service.journal(booking_id)


def test_a_refund_made_manually_meanwhile_is_not_repeated(service: PaymentsUnderTest) -> None:
    booking_id = failed(service)
    accept_refunds(service)
    service.stripe.drop_events(times=None)
    refund_manually(service, booking_id)

    service.retry_refund(booking_id)
    service.run_until_idle()

    assert count_movements(service, booking_id, "refund") == 2
    assert service.status(booking_id) == "REFUNDED"


def crash_in_a_retry(service: PaymentsUnderTest, cards: StripeCards, booking_id: str, crash: dict[str, str]) -> None:
    """Retry the refund, which the provider now accepts, and let the process die around it; then run to the end."""
    accept_refunds(service)
    service.restart(CrashingCards(cards, **crash))
    service.retry_refund(booking_id)
    with pytest.raises(Crash):
        service.run_jobs()

    service.restart(cards)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()


@pytest.mark.parametrize("crash", [{"before": "refund"}, {"after": "refund"}])
def test_a_crash_around_the_retried_refund_refunds_once(
    service: PaymentsUnderTest, cards: StripeCards, crash: dict[str, str]
) -> None:
    booking_id = failed(service)
    crash_in_a_retry(service, cards, booking_id, crash)

    assert count_movements(service, booking_id, "refund") == 2
    assert service.status(booking_id) == "REFUNDED"


def test_only_a_failed_refund_can_be_marked_as_retried(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.cancel(booking_id)
    service.run_until_idle()

    with pytest.raises(Exception, match="refund_retried_has_failed"):
        service.sql("UPDATE refund SET retried = true")

    with service.unit_of_work.read() as work:
        payment = SqlPayments(work.connection).get(service.key(booking_id))
    assert payment is not None
    assert [refund.waits_for_staff for refund in payment.refunds] == [False]


def refund_manually(service: PaymentsUnderTest, booking_id: str) -> None:
    """Refund the payment directly at the provider."""
    client = stripe.StripeClient("sk_test_house", base_addresses={"api": service.stripe.url}, max_network_retries=0)
    client.v1.refunds.create({"payment_intent": service.payment(booking_id)["intent_id"]})


def test_an_end_that_follows_an_undone_one_is_not_held_up_by_a_payment_that_has_failed(
    service: PaymentsUnderTest,
) -> None:
    """The refund of a payment that did not match failed, and waits for staff; another payment was captured."""
    booking_id = service.captured()
    paid = service.payment(booking_id)["id"]
    with service.begin() as work:
        work.connection.execute(FAILED_BEFORE, {"paid": paid})
        work.connection.execute(REFUND_OF_FAILED, {"paid": paid})

    service.cancel(booking_id)
    service.run_until_idle()

    assert service.journal(booking_id)[-1] == ("refund", 15000)


def failed_return(service: PaymentsUnderTest) -> str:
    """A confirmed booking with a paid change that was not made, and whose money could not be returned."""
    booking_id = service.captured()
    change_waits(service, booking_id)
    service.stripe.pay(service.open(booking_id).session_id, **FAILS)
    service.run_until_idle()
    service.accept_balance_payment(booking_id)
    service.run_until_idle()
    service.refuse_balance_payment(booking_id)
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()
    assert service.events(booking_id)[-1] == "RefundFailed"
    return booking_id


def test_the_money_of_a_change_that_was_not_made_is_returned_by_a_retry(service: PaymentsUnderTest) -> None:
    booking_id = failed_return(service)
    accept_refunds(service)

    service.retry_refund(booking_id)
    service.retry_refund(booking_id)
    service.run_until_idle()

    assert service.events(booking_id)[-1] == "PaymentRefunded"
    assert amounts(service, booking_id) == [("BOOKING", 15000, 0), ("CHANGE", 10900, 10900)]
    assert count_movements(service, booking_id, "refund") == 2


@pytest.mark.parametrize("crash", [{"before": "refund"}, {"after": "refund"}])
def test_a_crash_around_the_retried_return_of_a_change_returns_the_money_once(
    service: PaymentsUnderTest, cards: StripeCards, crash: dict[str, str]
) -> None:
    booking_id = failed_return(service)
    crash_in_a_retry(service, cards, booking_id, crash)

    assert count_movements(service, booking_id, "refund") == 2
    assert amounts(service, booking_id)[1] == ("CHANGE", 10900, 10900)
