"""Money under our ids that no decision of ours asked for: returned at once, staff informed, the booking untouched."""

from typing import Any

import pytest
import sqlalchemy as sa
import stripe

from contracts.payments.reconciliation import ReconciliationPart
from contracts.values import Money
from services.payments.handlers.reconciliation import reconcile_due
from tests.interface.payments.drift import (
    client,
    conversation,
    kinds,
    reconcile_all,
    reconcile_page,
    reconciliation_status,
    stop_webhooks,
)
from tests.interface.payments.failing_cards import Crash, CrashingCards
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import AMOUNT

CURRENCIES = [AMOUNT, Money(15000, "JPY"), Money(15000, "KWD"), Money(101, "EUR")]
METHODS = ["manual", "automatic"]


def second_payment(service: PaymentsUnderTest, booking_id: str, method: str, **more: Any) -> str:
    """Pay once more under the ids of the booking's session, past the session; the intent's id."""
    stored = service.payment(booking_id)
    session = service.stripe.state.store.sessions[stored["session_id"]]
    params: Any = {
        "amount": stored["amount"],
        "currency": stored["currency"].lower(),
        "capture_method": method,
        "confirm": True,
        "payment_method": "pm_card_visa",
        "metadata": dict(session["metadata"]),
        **more,
    }
    return str(client(service).v1.payment_intents.create(params).id)


def journal_of(service: PaymentsUnderTest, intent_id: str) -> list[str]:
    return [str(entry["movement"]) for entry in service.stripe.journal(intent_id)]


def returned(method: str) -> list[str]:
    return ["authorise", "void"] if method == "manual" else ["authorise", "capture", "refund"]


def own_payment(service: PaymentsUnderTest, booking_id: str) -> dict[str, Any]:
    (row,) = service.sql("SELECT * FROM payment WHERE booking_id = :id AND purpose = 'BOOKING'", id=booking_id)
    return row


def open_session(service: PaymentsUnderTest, amount: Money) -> str:
    booking_id = service.book(amount)
    service.open(booking_id)
    return booking_id


def authorised(service: PaymentsUnderTest, amount: Money) -> str:
    return service.authorised(amount)


def captured(service: PaymentsUnderTest, amount: Money) -> str:
    booking_id = service.authorised(amount)
    service.approve(booking_id)
    service.run_until_idle()
    return booking_id


def voided(service: PaymentsUnderTest, amount: Money) -> str:
    booking_id = service.authorised(amount)
    service.decline(booking_id)
    service.run_until_idle()
    return booking_id


BEGINNINGS = [open_session, authorised, captured, voided]
# Each beginning with one amount, and each amount with one beginning, stand for the others. A refund names its amount:
# captured money is also returned in a currency without decimals.
IN_EVERY_RUN = {AMOUNT: BEGINNINGS, Money(15000, "JPY"): [authorised, captured]}
SECOND_PAYMENTS = [
    pytest.param(
        begin,
        method,
        amount,
        marks=[] if begin in IN_EVERY_RUN.get(amount, [authorised]) else [pytest.mark.long],
        id=f"{begin.__name__}-{method}-{amount.amount} {amount.currency}",
    )
    for begin in BEGINNINGS
    for method in METHODS
    for amount in CURRENCIES
]


@pytest.mark.parametrize(("begin", "method", "amount"), SECOND_PAYMENTS)
def test_a_second_payment_under_a_bookings_ids_is_returned_and_staff_are_informed(
    service: PaymentsUnderTest, begin: Any, method: str, amount: Money
) -> None:
    booking_id = begin(service, amount)
    before, events = own_payment(service, booking_id), service.events(booking_id)

    intent_id = second_payment(service, booking_id, method)
    service.run_until_idle()

    assert journal_of(service, intent_id) == returned(method)
    assert service.events(booking_id) == [*events, "PaymentMismatched"]
    mismatch = service.event(booking_id, "PaymentMismatched")
    assert (mismatch["reason_code"], mismatch["purpose"]) == ("UNREQUESTED", "UNREQUESTED")
    assert own_payment(service, booking_id) == before
    assert sorted(service.ledger(booking_id)) == sorted(service.journal(booking_id))
    assert reconcile_all(service) == []
    assert service.sql("SELECT * FROM webhook WHERE outcome IN ('STORED', 'PARKED')") == []


@pytest.mark.parametrize("method", METHODS)
def test_the_guest_can_still_pay_on_the_session_after_a_second_payment(service: PaymentsUnderTest, method: str) -> None:
    booking_id = open_session(service, AMOUNT)
    second_payment(service, booking_id, method)
    service.run_until_idle()

    service.stripe.pay(own_payment(service, booking_id)["session_id"])
    service.run_until_idle()

    assert own_payment(service, booking_id)["status"] == "AUTHORIZED"
    assert service.events(booking_id)[-1] == "PaymentAuthorized"


def test_each_of_several_second_payments_is_returned_once(service: PaymentsUnderTest) -> None:
    service.stripe.webhooks(copies=3, order="shuffle", seed=3)
    booking_id = service.captured()

    intents = [second_payment(service, booking_id, method) for method in (*METHODS, *METHODS)]
    service.run_until_idle()

    assert [journal_of(service, each) for each in intents] == [returned(each) for each in (*METHODS, *METHODS)]
    assert service.events(booking_id).count("PaymentMismatched") == 4


@pytest.mark.parametrize("currency", ["usd", "jpy"])
def test_a_second_payment_in_another_currency_is_returned(service: PaymentsUnderTest, currency: str) -> None:
    booking_id = service.captured()

    intent_id = second_payment(service, booking_id, "automatic", amount=700, currency=currency)
    service.run_until_idle()

    assert journal_of(service, intent_id) == returned("automatic")
    assert reconcile_all(service) == []


def test_a_second_session_of_one_payment_that_is_paid_is_returned(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)
    stored = service.sql("SELECT request FROM provider_action")[0]
    second = service.cards.perform(stored["request"], key="another key").object_id

    service.stripe.pay(second)
    service.run_until_idle()

    (intent_id,) = service.stripe.state.store.intents
    assert journal_of(service, intent_id) == returned("manual")
    assert own_payment(service, booking_id)["status"] == "SESSION_OPEN"
    assert service.event(booking_id, "PaymentMismatched")["reason_code"] == "UNREQUESTED"
    assert reconcile_all(service) == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("begin", BEGINNINGS)
def test_a_second_payment_without_webhook_events_is_found_by_a_dry_run_and_returned_by_a_repair(
    service: PaymentsUnderTest, begin: Any, method: str
) -> None:
    booking_id = begin(service, AMOUNT)
    stop_webhooks(service)
    intent_id = second_payment(service, booking_id, method)

    (finding,) = reconcile_all(service)
    before = journal_of(service, intent_id)
    (repaired,) = reconcile_all(service, repair=True)

    assert (finding.kind, finding.object_id, finding.booking_id) == ("UNREQUESTED", intent_id, booking_id)
    assert before == returned(method)[: len(before)]
    assert len(before) < len(returned(method))
    assert repaired.repaired
    assert journal_of(service, intent_id) == returned(method)
    assert service.event(booking_id, "PaymentMismatched")["reason_code"] == "UNREQUESTED"
    assert reconcile_all(service, repair=True) == []
    assert reconciliation_status(service).open == {}


@pytest.mark.parametrize("method", METHODS)
def test_the_timer_returns_a_second_payment_without_webhook_events(service: PaymentsUnderTest, method: str) -> None:
    booking_id = service.captured()
    stop_webhooks(service)
    intent_id = second_payment(service, booking_id, method)

    reconcile_due(conversation(service))
    reconcile_due(conversation(service))
    service.run_jobs()

    assert journal_of(service, intent_id) == returned(method)
    assert service.events(booking_id)[-1] == "PaymentMismatched"
    (recorded,) = service.sql("SELECT kind, object_id, repaired FROM finding")
    assert recorded == {"kind": "UNREQUESTED", "object_id": intent_id, "repaired": True}
    assert service.sql("SELECT count(*) AS n FROM job WHERE kind = 'ReturnUnrequestedMoney'") == [{"n": 1}]


def test_a_finding_about_unrequested_money_is_limited_to_the_scope_of_the_command(service: PaymentsUnderTest) -> None:
    booking_id, other = service.captured(), service.captured()
    stop_webhooks(service)
    second_payment(service, booking_id, "manual")

    assert reconcile_page(service, ReconciliationPart.INTENTS, booking_id=other, repair=True).findings == ()
    assert reconcile_page(service, ReconciliationPart.INTENTS, hotel="hotel-elsewhere").findings == ()
    assert kinds(reconcile_all(service, booking_id=booking_id)) == {"UNREQUESTED"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("method", "action"), [("manual", "void"), ("automatic", "refund-")])
def test_unrequested_money_is_returned_once_after_a_crash(
    service: PaymentsUnderTest, method: str, action: str, moment: str
) -> None:
    booking_id = service.captured()
    intent_id = second_payment(service, booking_id, method)
    service.restart(CrashingCards(service.cards, **{moment: action}))

    with pytest.raises(Crash):
        service.run_until_idle()
    service.restart(service.cards)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()

    assert journal_of(service, intent_id) == returned(method)
    assert service.events(booking_id).count("PaymentMismatched") == 1


def test_staff_are_informed_again_where_unrequested_money_cannot_be_refunded(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.stripe.fault("refund", starts="pending", ends="failed", after=30)
    intent_id = second_payment(service, booking_id, "automatic")
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()

    rows = service.sql("SELECT data ->> 'reason_code' AS why FROM outbox WHERE type LIKE '%PaymentMismatched%'")
    assert [row["why"] for row in rows] == ["UNREQUESTED", "REFUND_FAILED"]
    (finding,) = reconcile_all(service)
    assert (finding.kind, finding.booking_id) == ("MONEY_KEPT", booking_id)

    client(service).v1.refunds.create({"payment_intent": intent_id})
    service.run_until_idle()
    assert reconcile_all(service) == []


def test_a_declined_attempt_under_a_bookings_ids_is_no_money(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    with pytest.raises(stripe.CardError):
        second_payment(service, booking_id, "manual", payment_method="pm_card_visa_chargeDeclined")
    service.run_until_idle()

    assert "PaymentMismatched" not in service.events(booking_id)
    assert reconcile_all(service) == []


def test_a_payment_under_the_ids_of_a_payment_that_is_not_ours_is_left_alone(service: PaymentsUnderTest) -> None:
    """Another installation on the same account, or a restored backup: a person decides."""
    booking_id = service.captured()
    metadata = {"payment_id": "pay_of_another_installation", "booking_id": booking_id}

    intent_id = second_payment(service, booking_id, "automatic", metadata=metadata)
    service.run_until_idle()

    assert journal_of(service, intent_id) == ["authorise", "capture"]
    assert kinds(reconcile_all(service, repair=True)) == {"UNKNOWN_TO_US"}


def test_an_unrequested_payment_can_only_be_stored_as_money_that_is_returned(service: PaymentsUnderTest) -> None:
    """The guarantee of the database: an intent has one payment, and an unrequested one keeps nothing."""
    service.captured()
    for change in ("status = 'CAPTURED'", "status = 'FAILED', captured = 1", "status = 'FAILED', intent_id = NULL"):
        with pytest.raises(sa.exc.IntegrityError):
            service.sql(f"UPDATE payment SET purpose = 'UNREQUESTED', {change}")
