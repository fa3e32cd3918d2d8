"""Webhooks: retried until accepted, in order unless the control says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from sandbox.stripe.courier import signature
from sandbox.stripe.inbox import Inbox
from sandbox.stripe.scene import Scene
from sandbox.stripe.server import StripeStandIn

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
]


@pytest.fixture(scope="module")
def running() -> Iterator[Scene]:
    with Scene.set() as scene:
        yield scene


@pytest.fixture
def scene(running: Scene) -> Scene:
    return running.fresh()


def test_an_event_that_is_not_accepted_comes_again_until_it_is(scene: Scene) -> None:
    scene.stand_in.webhooks(first_retry=0.01)
    scene.inbox.answers.extend([500, 404, 302])

    scene.stand_in.pay(scene.session().id)
    scene.stand_in.wait_until_delivered()

    attempts = [
        (delivery["attempt"], delivery["status"])
        for delivery in scene.stand_in.deliveries()
        if delivery["status"] != 200
    ]
    assert len(attempts) == 3
    assert set(PAID) == set(scene.inbox.types())
    created = next(event for event in scene.inbox.events() if event.type == PAID[0])
    assert scene.client.v1.events.retrieve(created.id).pending_webhooks == 0


def test_a_receiver_that_is_down_is_tried_again(scene: Scene) -> None:
    scene.stand_in.webhooks(url="http://127.0.0.1:9/webhook", first_retry=0.01)
    scene.stand_in.pay(scene.session().id)

    scene.stand_in.webhooks(url=scene.inbox.url)
    scene.stand_in.wait_until_delivered()

    assert set(scene.inbox.types()) == set(PAID)


def test_attempts_can_be_limited(scene: Scene) -> None:
    scene.stand_in.webhooks(attempts=1)
    scene.inbox.answers.append(500)

    scene.stand_in.pay(scene.session().id)
    scene.stand_in.wait_until_delivered()

    assert [delivery["status"] for delivery in scene.stand_in.deliveries()] == [500, 200, 200, 200]


def test_pausing_keeps_events_back_until_resumed(scene: Scene) -> None:
    scene.stand_in.webhooks(paused=True)
    scene.stand_in.pay(scene.session().id)

    waiting = scene.stand_in.webhooks()["waiting"]
    received = scene.inbox.types()
    scene.stand_in.webhooks(paused=False)
    scene.stand_in.wait_until_delivered()

    assert (waiting, received) == (4, [])
    assert scene.inbox.types() == PAID


def test_every_event_can_be_sent_several_times(scene: Scene) -> None:
    scene.stand_in.webhooks(copies=3)

    scene.stand_in.pay(scene.session().id)
    scene.stand_in.wait_until_delivered()

    ids = [event.id for event in scene.inbox.events()]
    assert (len(ids), len(set(ids))) == (12, 4)


def test_events_can_come_backwards(scene: Scene) -> None:
    scene.stand_in.webhooks(order="reverse", paused=True)

    scene.stand_in.pay(scene.session().id)
    scene.stand_in.webhooks(paused=False)
    scene.stand_in.wait_until_delivered()

    assert scene.inbox.types() == PAID[::-1]


def test_a_shuffle_is_the_same_for_the_same_seed(scene: Scene) -> None:
    orders = []
    for seed in (7, 7, 8):
        scene.fresh().stand_in.webhooks(order="shuffle", seed=seed, paused=True)
        scene.stand_in.pay(scene.session().id)
        scene.stand_in.webhooks(paused=False)
        scene.stand_in.wait_until_delivered()
        orders.append(scene.inbox.types())

    assert orders[0] == orders[1] != PAID
    assert orders[2] != orders[0]


def test_a_delay_postpones_delivery(scene: Scene) -> None:
    scene.stand_in.webhooks(delay=0.2)

    scene.stand_in.pay(scene.session().id)
    early = scene.inbox.types()
    scene.stand_in.wait_until_delivered()

    assert early == []
    assert scene.inbox.types() == PAID


def test_lost_events_are_gone_but_can_be_read_and_resent(scene: Scene) -> None:
    scene.stand_in.drop_events(r"^checkout\.session\.completed$")

    scene.stand_in.pay(scene.session().id)
    scene.stand_in.wait_until_delivered()
    received = scene.inbox.types()
    [lost] = scene.client.v1.events.list({"type": "checkout.session.completed"}).data
    scene.stand_in.resend(lost.id)

    assert received == PAID[:-1]
    assert scene.inbox.wait_for("checkout.session.completed").id == lost.id


def test_a_rotation_signs_with_both_secrets() -> None:
    with (
        Inbox.open(secret="whsec_new") as inbox,
        StripeStandIn.start(webhook_url=inbox.url, webhook_secret=("whsec_old", "whsec_new")) as stand_in,
    ):
        client = stripe.StripeClient("sk_test_any", base_addresses={"api": stand_in.url})
        client.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
        inbox.wait_for("payment_intent.created")
        payload, header = inbox.letters[0]

    assert stripe.Webhook.construct_event(payload, header, "whsec_old")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, header, "whsec_other")


def test_a_signature_is_the_official_one() -> None:
    header = signature("{}", ["whsec_one"])

    assert stripe.WebhookSignature.verify_header("{}", header, "whsec_one", 300)
