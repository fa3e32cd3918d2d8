"""Webhooks: retried until accepted, in order unless the control says otherwise."""

from __future__ import annotations

import pytest
import stripe

from sandbox.stripe.fixture import StripeFixture
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.webhook_receiver import WebhookReceiver
from sandbox.stripe.webhook_sender import signature

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
]


def test_an_event_that_is_not_accepted_comes_again_until_it_is(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(first_retry=0.01)
    fixture.receiver.status_codes.extend([500, 404, 302])

    fixture.stand_in.pay(fixture.session().id)
    fixture.stand_in.wait_until_delivered()

    attempts = [
        (delivery["attempt"], delivery["status"])
        for delivery in fixture.stand_in.deliveries()
        if delivery["status"] != 200
    ]
    assert len(attempts) == 3
    assert set(PAID) == set(fixture.receiver.types())
    created = next(event for event in fixture.receiver.events() if event.type == PAID[0])
    assert fixture.client.v1.events.retrieve(created.id).pending_webhooks == 0


def test_a_receiver_that_is_down_is_tried_again(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(url="http://127.0.0.1:9/webhook", first_retry=0.01)
    fixture.stand_in.pay(fixture.session().id)

    fixture.stand_in.webhooks(url=fixture.receiver.url)
    fixture.stand_in.wait_until_delivered()

    assert set(fixture.receiver.types()) == set(PAID)


def test_attempts_can_be_limited(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(attempts=1)
    fixture.receiver.status_codes.append(500)

    fixture.stand_in.pay(fixture.session().id)
    fixture.stand_in.wait_until_delivered()

    assert [delivery["status"] for delivery in fixture.stand_in.deliveries()] == [500, 200, 200, 200]


def test_pausing_keeps_events_back_until_resumed(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(paused=True)
    fixture.stand_in.pay(fixture.session().id)

    waiting = fixture.stand_in.webhooks()["waiting"]
    received = fixture.receiver.types()
    fixture.stand_in.webhooks(paused=False)
    fixture.stand_in.wait_until_delivered()

    assert (waiting, received) == (4, [])
    assert fixture.receiver.types() == PAID


def test_every_event_can_be_sent_several_times(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(copies=3)

    fixture.stand_in.pay(fixture.session().id)
    fixture.stand_in.wait_until_delivered()

    ids = [event.id for event in fixture.receiver.events()]
    assert (len(ids), len(set(ids))) == (12, 4)


def test_events_can_come_backwards(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(order="reverse", paused=True)

    fixture.stand_in.pay(fixture.session().id)
    fixture.stand_in.webhooks(paused=False)
    fixture.stand_in.wait_until_delivered()

    assert fixture.receiver.types() == PAID[::-1]


def test_a_shuffle_is_the_same_for_the_same_seed(fixture: StripeFixture) -> None:
    orders = []
    for seed in (7, 7, 8):
        fixture.reset().stand_in.webhooks(order="shuffle", seed=seed, paused=True)
        fixture.stand_in.pay(fixture.session().id)
        fixture.stand_in.webhooks(paused=False)
        fixture.stand_in.wait_until_delivered()
        orders.append(fixture.receiver.types())

    assert orders[0] == orders[1] != PAID
    assert orders[2] != orders[0]


def test_a_delay_postpones_delivery(fixture: StripeFixture) -> None:
    fixture.stand_in.webhooks(delay=0.2)

    fixture.stand_in.pay(fixture.session().id)
    early = fixture.receiver.types()
    fixture.stand_in.wait_until_delivered()

    assert early == []
    assert fixture.receiver.types() == PAID


def test_lost_events_are_gone_but_can_be_read_and_resent(fixture: StripeFixture) -> None:
    fixture.stand_in.drop_events(r"^checkout\.session\.completed$")

    fixture.stand_in.pay(fixture.session().id)
    fixture.stand_in.wait_until_delivered()
    received = fixture.receiver.types()
    [lost] = fixture.client.v1.events.list({"type": "checkout.session.completed"}).data
    fixture.stand_in.resend(lost.id)

    assert received == PAID[:-1]
    assert fixture.receiver.wait_for("checkout.session.completed").id == lost.id


def test_a_rotation_signs_with_both_secrets() -> None:
    with (
        WebhookReceiver.open(secret="whsec_new") as receiver,
        StripeStandIn.start(webhook_url=receiver.url, webhook_secret=("whsec_old", "whsec_new")) as stand_in,
    ):
        client = stripe.StripeClient("sk_test_any", base_addresses={"api": stand_in.url})
        client.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
        receiver.wait_for("payment_intent.created")
        payload, header = receiver.deliveries[0]

    assert stripe.Webhook.construct_event(payload, header, "whsec_old")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, header, "whsec_other")


def test_a_signature_is_the_official_one() -> None:
    header = signature("{}", ["whsec_one"])

    assert stripe.WebhookSignature.verify_header("{}", header, "whsec_one", 300)
