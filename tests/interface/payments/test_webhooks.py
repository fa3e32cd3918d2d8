"""Webhook events: only signed ones, stored before the answer, applied in any order and number."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from chassis.refusal import Refusal
from tests.interface.payments.payments_under_test import PaymentsUnderTest, wait_for
from tests.interface.payments.webhook_bodies import event, signed, stored


def test_a_webhook_event_is_stored_once(service: PaymentsUnderTest) -> None:
    body = event(type="payment_intent.created")

    first = service.store_webhook(body, signed(body))
    second = service.store_webhook(body, signed(body))

    assert (first.already_processed, second.already_processed) == (False, True)
    assert stored(service) == [("evt_x", "IGNORED")]
    assert service.sql("SELECT * FROM job") == []


def test_concurrent_deliveries_of_a_webhook_event_are_stored_once(service: PaymentsUnderTest) -> None:
    body = event()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: service.store_webhook(body, signed(body)), range(8)))

    assert sorted(answer.already_processed for answer in answers) == [False] + [True] * 7
    assert service.sql("SELECT count(*) AS n FROM job WHERE kind = 'ApplyWebhook'") == [{"n": 1}]


@pytest.mark.parametrize("order", ["reverse", "shuffle"])
def test_reordered_and_duplicated_webhook_events_end_in_the_same_state(service: PaymentsUnderTest, order: str) -> None:
    booking_id = service.book()
    service.stripe.webhooks(paused=True, copies=3, order=order, seed=7)
    service.stripe.pay(service.open(booking_id).session_id)
    service.stripe.webhooks(paused=False)
    service.run_until_idle()
    service.stripe.webhooks(paused=True)
    service.approve(booking_id)
    service.run_jobs()
    service.cancel(booking_id, fee=5000)
    service.run_jobs()
    service.stripe.webhooks(paused=False)
    service.run_until_idle()

    assert service.status(booking_id) == "PARTIALLY_REFUNDED"
    assert service.events(booking_id) == [
        "PaymentSessionOpened",
        "PaymentAuthorized",
        "PaymentCaptured",
        "PaymentRefunded",
    ]
    assert service.ledger(booking_id) == service.journal(booking_id)
    assert {outcome for _, outcome in stored(service)} == {"APPLIED", "IGNORED"}


def test_the_webhook_event_of_the_intent_alone_authorises_the_payment(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.drop_events("checkout", times=None)
    service.stripe.pay(service.open(booking_id).session_id)

    service.run_until_idle()

    assert service.status(booking_id) == "AUTHORIZED"


def test_verifying_authorises_a_payment_whose_webhook_event_was_lost(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session = service.open(booking_id)
    service.stripe.drop_events(times=None)
    service.stripe.pay(session.session_id)

    verified = service.verify(booking_id, session.session_id)

    assert (verified.payment_status, verified.amount_total) == ("AUTHORIZED", session.amount)
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_verifying_an_unpaid_session_changes_nothing(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session = service.open(booking_id)
    before = service.payment(booking_id)

    verified = service.verify(booking_id, session.session_id)

    assert verified.payment_status == "SESSION_OPEN"
    assert service.payment(booking_id) == before
    assert service.events(booking_id) == ["PaymentSessionOpened"]


def test_the_session_of_another_booking_cannot_be_verified(service: PaymentsUnderTest) -> None:
    mine, other = service.book(), service.book()
    theirs = service.open(other).session_id

    for session_id in (theirs, "cs_unknown", ""):
        with pytest.raises(Refusal) as caught:
            service.verify(mine, session_id)

        assert caught.value.code == "SESSION_NOT_FOUND"


def test_a_webhook_event_is_applied_once_the_provider_answers_again(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)
    service.stripe.fault("fail_before", method="GET", path="/v1/", times=3)

    service.run_until_idle()

    assert service.status(booking_id) == "AUTHORIZED"
    assert {outcome for _, outcome in stored(service)} == {"APPLIED", "IGNORED"}


def test_a_webhook_event_about_a_foreign_intent_is_parked_with_the_reason(service: PaymentsUnderTest) -> None:
    params: Any = {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    client = stripe.StripeClient("sk_test_house", base_addresses={"api": service.stripe.url}, max_network_retries=0)
    client.v1.payment_intents.create(params)

    service.run_until_idle()

    (parked,) = service.sql("SELECT type, reason FROM webhook WHERE outcome = 'PARKED'")
    assert parked["type"] == "payment_intent.succeeded"
    assert "is not of our making" in parked["reason"]


def test_no_personal_data_of_a_webhook_event_is_stored(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id, email="planted@example.com")
    service.run_until_idle()

    stored_rows = service.sql("SELECT to_jsonb(webhook)::text AS row FROM webhook")
    published = service.sql("SELECT data::text AS row FROM outbox")

    assert any("planted@example.com" in body.decode() for body, _ in service.inbox.deliveries)
    assert not any("@" in row["row"] for row in (*stored_rows, *published))


def test_webhook_events_of_the_stand_in_are_signed(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)
    wait_for(lambda: "checkout.session.completed" in service.inbox.types())

    assert all(not answer.already_processed for answer in service.deliver_webhooks())
